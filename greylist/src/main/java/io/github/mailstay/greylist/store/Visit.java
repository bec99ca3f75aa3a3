// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import java.time.Duration;
import java.util.Optional;

/**
 * All that one recipient of one mail asks of a store. Immutable.
 *
 * @param key the triplet
 * @param attempt the try
 * @param trust what makes a client pass without a try being recorded; empty if nothing does
 * @param deferrals what counts the try if it is deferred, and begins anew when one passes; empty if nothing does
 */
public record Visit(GreylistKey key, Attempt attempt, Optional<Trust> trust, Optional<Deferrals> deferrals) {
    /**
     * A counter that makes a client trusted.
     *
     * @param counter of the client's passes
     * @param needed how many it needs, at least 1
     */
    public record Trust(CounterKey counter, int needed) {}

    /**
     * A counter of deferrals, with the times of {@link GreylistStore#tally}.
     *
     * @param counter of the deferrals of this mail
     * @param minGap events closer together count as one
     * @param ttl how long after its last event the counter is kept
     */
    public record Deferrals(CounterKey counter, Duration minGap, Duration ttl) {}
}
