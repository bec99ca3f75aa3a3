// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.GreylistStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A bound on the triplets that one client may begin within a period, so that a source that sprays addresses neither fills
 * the store nor gets further by trying more. Periods are fixed: they begin at whole multiples since 1970. Thread-safe; the
 * store counts.
 */
final class Throttle {
    private final GreylistStore store;
    private final GreylistKeys keys;
    private final int most;
    private final Duration period;

    /** A bound of 0 is none. */
    Throttle(GreylistStore store, GreylistKeys keys, int most, Duration period) {
        this.store = store;
        this.keys = keys;
        this.most = most;
        this.period = period;
    }

    /** Counts a triplet that has just begun; whether it is one too many. */
    CompletionStage<Boolean> exceeded(ClientIdentity client, Instant now) {
        if (most == 0) {
            return CompletableFuture.completedFuture(false);
        }
        CounterKey counter = keys.begun(client, now.toEpochMilli() / period.toMillis());
        return store.tally(counter, now, Duration.ZERO, period).thenApply(tally -> tally.count() > most);
    }
}
