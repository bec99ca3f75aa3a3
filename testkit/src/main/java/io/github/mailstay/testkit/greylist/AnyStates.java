// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Tally;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Entries, counters and tries from any state, all around one moment, so that each edge of the rules is met: for those who
 * hold their SQL or script beside the pure rules. Immutable.
 */
public final class AnyStates {
    private final long noon;

    /** Around this moment. */
    public AnyStates(Instant noon) {
        this.noon = noon.toEpochMilli();
    }

    /** Entries, such as no history would leave too. */
    public Arbitrary<GreylistEntry> entries() {
        return Combinators.combine(
                        around(),
                        Arbitraries.longs().between(0, 1_000_000),
                        around(),
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.longs().between(0, 2))
                .as((first, more, expires, tries, passes) -> new GreylistEntry(
                        Instant.ofEpochMilli(first),
                        Instant.ofEpochMilli(first + more),
                        Instant.ofEpochMilli(expires),
                        tries,
                        passes));
    }

    /** Counters. */
    public Arbitrary<Tally> tallies() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 3),
                        around(),
                        Arbitraries.longs().between(0, 1_000_000),
                        around())
                .as((count, first, later, expires) -> new Tally(
                        count,
                        Instant.ofEpochMilli(first),
                        Instant.ofEpochMilli(first + later),
                        Instant.ofEpochMilli(expires)));
    }

    /** Tries. */
    public Arbitrary<Attempt> attempts() {
        Arbitrary<Long> durations = Arbitraries.of(1L, 2L, 300_000L, 1_000_000L);
        return Combinators.combine(around(), durations, durations, durations)
                .as((now, delay, more, lifetime) -> new Attempt(
                        Instant.ofEpochMilli(now),
                        Duration.ofMillis(delay),
                        Duration.ofMillis(delay + more),
                        Duration.ofMillis(lifetime)));
    }

    /** A few values close together and a delay apart, so that every edge is met, and some in between. */
    public Arbitrary<Long> around() {
        return Arbitraries.oneOf(
                        Arbitraries.longs().between(-2, 2),
                        Arbitraries.longs().between(299_998, 300_002),
                        Arbitraries.longs().between(-2_000_000, 2_000_000))
                .map(offset -> noon + offset);
    }
}
