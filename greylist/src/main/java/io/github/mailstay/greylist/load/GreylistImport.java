// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The import of what another greylist remembers into a store, beside whoever else uses that store. Triplets are merged,
 * clients credited with their passes: to import twice is to import once, so what was broken off is simply begun anew.
 * What has expired is left out, and so is what lies more than an hour in the future, from a clock that was wrong.
 *
 * <p>Memory is bounded: {@value #BATCH} triplets a batch, {@value #IN_FLIGHT} batches on their way; when there are more,
 * reading waits for the store. For one import, on one thread; an interrupt ends it.
 */
public final class GreylistImport {
    /** How many triplets go to the store at once. */
    public static final int BATCH = 1000;
    /** How many batches are on their way at most. */
    public static final int IN_FLIGHT = 3;

    private static final Duration AHEAD = Duration.ofHours(1);

    private final GreylistStore store;
    private final LoadSettings settings;
    private final InstantSource clock;
    private final LoadListener listener;
    private final Duration patience;
    private final ClientBatch clients;
    private final Deque<Sent> inFlight = new ArrayDeque<>();
    private List<Page.Row> batch = new ArrayList<>(BATCH);
    private long loaded;
    private long skipped;
    private long expired;

    private GreylistImport(Builder builder) {
        store = builder.store;
        settings = builder.settings;
        clock = builder.clock;
        listener = builder.listener;
        patience = builder.patience;
        clients = new ClientBatch(store, settings, clock, patience);
    }

    /** A builder; the store stays the caller's, who closes it. */
    public static Builder builder(GreylistStore store, LoadSettings settings) {
        return new Builder(store, settings);
    }

    private record Sent(Pending<Integer> answer, int rows) {}

    /**
     * Imports all that the reader gives, and waits until the store has it.
     *
     * @return what became of it
     * @throws LoadFormatException if the file is not of the reader's format
     * @throws IOException if it cannot be read
     * @throws StoreException if the store fails; what it has taken before stays
     * @throws IllegalStateException if there are clients, and these settings trust nobody
     */
    public LoadProgress run(LoadedReader reader) throws IOException, InterruptedException {
        long records = 0;
        for (Optional<Loaded> next = reader.next(); next.isPresent(); next = reader.next()) {
            take(next.get(), reader);
            if (++records % BATCH == 0) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the import was interrupted");
                }
                listener.progress(progress(reader));
            }
        }
        send();
        while (!inFlight.isEmpty()) {
            awaitOldest();
        }
        loaded += clients.credit();
        LoadProgress end = progress(reader);
        listener.progress(end);
        return end;
    }

    private void take(Loaded next, LoadedReader reader) throws InterruptedException {
        Instant now = clock.instant();
        if (next instanceof Loaded.Skipped reason) {
            skip(reason);
        } else if (next instanceof Loaded.Triplet triplet) {
            if (triplet.entry().lastSeen().isAfter(now.plus(AHEAD))) {
                skip(future(reader));
            } else if (triplet.entry().isExpired(now)) {
                expired++;
            } else {
                add(triplet);
            }
        } else if (next instanceof Loaded.Client client) {
            take(client, now, reader);
        }
    }

    private void take(Loaded.Client client, Instant now, LoadedReader reader) throws InterruptedException {
        if (settings.trustAfter() == 0) {
            throw new IllegalStateException("clients are never trusted here: trustAfter is 0");
        }
        Instant last = client.last();
        if (last.isAfter(now.plus(AHEAD))) {
            skip(future(reader));
        } else if (new Tally(1, last, last, last.plus(settings.lifetime())).isExpired(now)) {
            expired++;
        } else {
            clients.add(client);
            if (clients.isFull()) {
                loaded += clients.credit();
            }
        }
    }

    private static Loaded.Skipped future(LoadedReader reader) {
        return new Loaded.Skipped(reader.file(), reader.line(), "was seen last in the future");
    }

    private void skip(Loaded.Skipped reason) {
        skipped++;
        listener.skipped(reason);
    }

    private void add(Loaded.Triplet triplet) throws InterruptedException {
        batch.add(new Page.Row(
                settings.keys().key(triplet.client(), triplet.sender(), triplet.recipient()), triplet.entry()));
        if (batch.size() == BATCH) {
            send();
        }
    }

    private void send() throws InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        while (inFlight.size() >= IN_FLIGHT) {
            awaitOldest();
        }
        List<Page.Row> rows = batch;
        batch = new ArrayList<>(BATCH);
        inFlight.add(new Sent(new Pending<>(() -> store.merge(rows), patience), rows.size()));
    }

    private void awaitOldest() throws InterruptedException {
        Sent oldest = inFlight.remove();
        oldest.answer().await();
        loaded += oldest.rows();
    }

    private LoadProgress progress(LoadedReader reader) {
        return new LoadProgress(loaded, skipped, expired, reader.bytesRead(), reader.bytesTotal());
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private final GreylistStore store;
        private final LoadSettings settings;
        private InstantSource clock = InstantSource.system();
        private LoadListener listener = new LoadListener() {};
        private Duration patience = Duration.ofSeconds(30);

        private Builder(GreylistStore store, LoadSettings settings) {
            this.store = store;
            this.settings = settings;
        }

        /** What tells the time; the system's clock unless set. */
        public Builder clock(InstantSource value) {
            clock = value;
            return this;
        }

        /** What hears of the import; nothing unless set. */
        public Builder listener(LoadListener value) {
            listener = value;
            return this;
        }

        /**
         * How long one call of the store may take; 30 seconds unless set.
         *
         * @throws IllegalArgumentException if it is not above zero and within an hour
         */
        public Builder patience(Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("patience is " + value + ", not above zero and within an hour");
            }
            patience = value;
            return this;
        }

        /** The import. */
        public GreylistImport build() {
            return new GreylistImport(this);
        }
    }
}
