// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Visit;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What clients have earned: one whose mail has passed often enough passes at once, until it is demoted or has been silent
 * for a lifetime. Passes closer together than an hour count as one, so that a burst earns nothing. Thread-safe; the store
 * counts.
 */
final class ClientStanding {
    private static final Duration COUNTED_EVERY = Duration.ofHours(1);

    private final GreylistStore store;
    private final GreylistKeys keys;
    private final int passesNeeded;
    private final Duration lifetime;

    /** Passes needed of 0 switch this off: nobody earns anything. */
    ClientStanding(GreylistStore store, GreylistKeys keys, int passesNeeded, Duration lifetime) {
        this.store = store;
        this.keys = keys;
        this.passesNeeded = passesNeeded;
        this.lifetime = lifetime;
    }

    /** What makes the client of a triplet trusted; empty if nothing does. */
    Optional<Visit.Trust> trust(GreylistKey key) {
        return passesNeeded == 0
                ? Optional.empty()
                : Optional.of(new Visit.Trust(GreylistKeys.passesOf(key.client()), passesNeeded));
    }

    CompletionStage<Boolean> isTrusted(ClientIdentity client, Instant now) {
        if (passesNeeded == 0) {
            return CompletableFuture.completedFuture(false);
        }
        return passes(client)
                .thenApply(tally -> tally.filter(found -> !found.isExpired(now) && found.count() >= passesNeeded)
                        .isPresent());
    }

    /** How often a client has passed, as far as that counts; empty if it has not. */
    CompletionStage<Optional<Tally>> passes(ClientIdentity client) {
        return store.find(keys.passes(client));
    }

    /** Counts a pass of the client of a triplet. */
    CompletionStage<?> passed(GreylistKey key, Instant now) {
        return passesNeeded == 0
                ? CompletableFuture.completedFuture(0)
                : store.tally(GreylistKeys.passesOf(key.client()), now, COUNTED_EVERY, lifetime);
    }

    /** Takes away what a client has earned; tells whether there was anything. */
    CompletionStage<Boolean> demote(ClientIdentity client) {
        return store.forget(keys.passes(client));
    }

    /** Gives a client what it would have earned. */
    CompletionStage<?> give(ClientIdentity client, Instant now) {
        CompletionStage<?> counted = CompletableFuture.completedFuture(0);
        for (int i = 0; i < passesNeeded; i++) {
            counted = counted.thenCompose(before -> store.tally(keys.passes(client), now, Duration.ZERO, lifetime));
        }
        return counted;
    }
}
