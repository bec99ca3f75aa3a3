// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.net.MailAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What an operator does to single clients and triplets: see, allow, forget. Thread-safe; works beside the
 * {@link Greylist} whose store and settings it shares. Clients are written as {@link GreylistKeys#client} reads them.
 */
public final class GreylistManagement {
    private final GreylistStore store;
    private final GreylistKeys keys;
    private final InstantSource clock;
    private final GreylistSettings settings;
    private final ClientStanding standing;

    GreylistManagement(GreylistStore store, GreylistKeys keys, InstantSource clock, GreylistSettings settings) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.settings = settings;
        standing = new ClientStanding(store, keys, settings.trustAfter(), settings.lifetime());
    }

    /**
     * The key of a triplet.
     *
     * @throws IllegalArgumentException if the client is not readable
     */
    public GreylistKey key(String client, MailAddress sender, MailAddress recipient) {
        return keys.key(keys.client(client), sender, recipient);
    }

    /** What is remembered of a triplet. */
    public CompletionStage<Optional<GreylistEntry>> show(String client, MailAddress sender, MailAddress recipient) {
        return store.find(key(client, sender, recipient));
    }

    /** How often a client has passed, at most one an hour counted. */
    public CompletionStage<Optional<Tally>> show(String client) {
        return standing.passes(keys.client(client));
    }

    /** Whether so many passes make a client one that passes at once. */
    public boolean isTrusted(Tally passes) {
        return settings.trustAfter() > 0
                && passes.count() >= settings.trustAfter()
                && !passes.isExpired(clock.instant());
    }

    /** Makes a triplet one that has passed: its mail passes from now on, as long as it comes once a lifetime. */
    public CompletionStage<GreylistEntry> allow(String client, MailAddress sender, MailAddress recipient) {
        Instant now = clock.instant();
        GreylistEntry entry = new GreylistEntry(now, now, now.plus(settings.lifetime()), 1, 1);
        return store.merge(List.of(new Page.Row(key(client, sender, recipient), entry)))
                .thenApply(unknown -> entry);
    }

    /**
     * Gives a client what it would earn by passing often: it passes at once, as long as it sends once a lifetime and is
     * not demoted. Who must always pass belongs into an exemption.
     *
     * @return a stage that fails with an {@link IllegalStateException} if clients earn nothing in these settings
     */
    public CompletionStage<Void> allow(String client) {
        ClientIdentity identity = keys.client(client);
        if (settings.trustAfter() == 0) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("clients are never trusted here: trustAfter is 0"));
        }
        return standing.give(identity, clock.instant()).thenApply(counted -> null);
    }

    /** Forgets a triplet, which must wait again; whether there was one. */
    public CompletionStage<Boolean> forget(String client, MailAddress sender, MailAddress recipient) {
        return store.forget(key(client, sender, recipient));
    }

    /** Takes away what a client has earned; whether there was anything. For later bad behaviour: spam, a virus. */
    public CompletionStage<Boolean> forget(String client) {
        return standing.demote(keys.client(client));
    }
}
