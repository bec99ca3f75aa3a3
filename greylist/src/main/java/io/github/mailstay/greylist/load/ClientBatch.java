// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.ClientIdentity;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Clients that are credited with their passes together. A counter is brought up to what the client has earned elsewhere,
 * never beyond what trust needs, and never down: to do it twice is to do it once. Not thread-safe.
 */
final class ClientBatch {
    /** Stores let a hundred questions wait. */
    static final int MAX = 50;

    private final GreylistStore store;
    private final LoadSettings settings;
    private final InstantSource clock;
    private final Duration patience;
    private final Map<ClientIdentity, Loaded.Client> clients = new LinkedHashMap<>();
    private int rows;

    ClientBatch(GreylistStore store, LoadSettings settings, InstantSource clock, Duration patience) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.patience = patience;
    }

    /** Adds a client; two of one network are one, with the most passes and the latest time. */
    void add(Loaded.Client client) {
        rows++;
        clients.merge(
                client.client(),
                client,
                (a, b) -> new Loaded.Client(
                        a.client(),
                        Math.max(a.passes(), b.passes()),
                        a.last().isBefore(b.last()) ? b.last() : a.last()));
    }

    boolean isFull() {
        return clients.size() >= MAX;
    }

    /** Credits them all; how many were added. */
    int credit() throws InterruptedException {
        List<Loaded.Client> all = List.copyOf(clients.values());
        List<Pending<Optional<Tally>>> questions = new ArrayList<>();
        for (Loaded.Client client : all) {
            questions.add(new Pending<>(() -> store.find(key(client)), patience));
        }
        List<Credit> credits = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            credits.add(owed(all.get(i), questions.get(i).await()));
        }
        for (int counted = 0; counted < settings.trustAfter(); counted++) {
            int round = counted;
            count(credits.stream().filter(credit -> credit.missing() > round).toList());
        }
        int done = rows;
        rows = 0;
        clients.clear();
        return done;
    }

    private void count(List<Credit> credits) throws InterruptedException {
        List<Pending<Tally>> counts = new ArrayList<>();
        for (Credit credit : credits) {
            counts.add(new Pending<>(
                    () -> store.tally(credit.key(), credit.at(), Duration.ZERO, settings.lifetime()), patience));
        }
        for (Pending<Tally> count : counts) {
            count.await();
        }
    }

    /** How often to count, and as of when. */
    private record Credit(CounterKey key, Instant at, long missing) {}

    private Credit owed(Loaded.Client client, Optional<Tally> found) {
        Optional<Tally> known = found.filter(tally -> !tally.isExpired(clock.instant()));
        long wanted = Math.min(client.passes(), settings.trustAfter());
        // An event before the last that counted would be taken for a clock that was put back.
        Instant at = known.map(Tally::lastCounted)
                .filter(last -> last.isAfter(client.last()))
                .orElse(client.last());
        return new Credit(key(client), at, wanted - known.map(Tally::count).orElse(0L));
    }

    private CounterKey key(Loaded.Client client) {
        return settings.keys().passes(client.client());
    }
}
