// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.Visit;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The end of all deferral: mail of one sender for one recipient is not deferred beyond a time, or beyond a number of tries
 * that lie at least the delay apart, however many clients it comes from. Never before the delay: the first try counts as
 * one, so two that count are a delay apart. Immutable; the store counts.
 */
final class Ceiling {
    private final Duration time;
    private final int tries;
    private final Duration memory;

    /**
     * A ceiling.
     *
     * @param time longer than any delay
     * @param tries at least 2
     * @param memory how long after its last try a mail is still the same: so that a sender who is slow is not forgotten
     */
    Ceiling(Duration time, int tries, Duration memory) {
        this.time = time;
        this.tries = tries;
        this.memory = memory;
    }

    /** The ceiling of these settings; empty if they want none. */
    static Optional<Ceiling> of(GreylistSettings settings) {
        return settings.ceilingTries() == 0
                ? Optional.empty()
                : Optional.of(new Ceiling(
                        settings.ceiling(),
                        settings.ceilingTries(),
                        settings.ceiling().plus(settings.retryWindow())));
    }

    /** What counts a try if it is deferred for this delay; the counter is {@link GreylistKeys#deferrals}. */
    Visit.Deferrals count(CounterKey deferrals, Duration delay) {
        return new Visit.Deferrals(deferrals, delay, memory);
    }

    /** Whether a mail that was deferred so often, and since then, must not be deferred any more. */
    boolean isReached(Tally deferrals, Instant now) {
        return deferrals.count() >= tries
                || !now.isBefore(deferrals.firstCounted().plus(time));
    }
}
