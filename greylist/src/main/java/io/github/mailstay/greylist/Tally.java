// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state of one counter, and the pure rule by which it counts. Immutable; times are cut to whole milliseconds.
 *
 * @param count how many were counted, at least 1
 * @param firstCounted when the first of them was; never moves later while the counter counts
 * @param lastCounted when the last of them was, never before the first
 * @param expiresAt the last moment at which this counter still counts
 */
public record Tally(long count, Instant firstCounted, Instant lastCounted, Instant expiresAt) {
    /** Checks the count and the order. */
    public Tally {
        if (count < 1) {
            throw new IllegalArgumentException("a tally counts from 1, not " + count);
        }
        firstCounted = firstCounted.truncatedTo(ChronoUnit.MILLIS);
        lastCounted = lastCounted.truncatedTo(ChronoUnit.MILLIS);
        expiresAt = expiresAt.truncatedTo(ChronoUnit.MILLIS);
        if (lastCounted.isBefore(firstCounted)) {
            throw new IllegalArgumentException("lastCounted " + lastCounted + " lies before " + firstCounted);
        }
    }

    /** Whether it no longer counts. */
    public boolean isExpired(Instant now) {
        return now.truncatedTo(ChronoUnit.MILLIS).isAfter(expiresAt);
    }

    /**
     * What a counter is after one more event: one more if at least {@code minGap} passed since the last that counted;
     * 1 if there is no counter or it has expired; else unchanged. A clock that was put back counts as in
     * {@link GreylistRules}: the last event counts as made now.
     *
     * @param tally the counter, {@code null} if there is none
     * @param minGap events closer together count as one; zero counts each
     * @param ttl how long after its last event a counter is kept; not shorter than {@code minGap}
     * @throws IllegalArgumentException if a duration is out of its limits
     */
    public static Tally next(@Nullable Tally tally, Instant now, Duration minGap, Duration ttl) {
        checkTimes(minGap, ttl);
        Instant at = now.truncatedTo(ChronoUnit.MILLIS);
        if (tally == null || at.isAfter(tally.expiresAt)) {
            return new Tally(1, at, at, at.plus(ttl));
        }
        Instant first = tally.firstCounted.isBefore(at) ? tally.firstCounted : at;
        Instant last = tally.lastCounted.isBefore(at) ? tally.lastCounted : at;
        return at.isBefore(last.plusMillis(minGap.toMillis()))
                ? new Tally(tally.count, first, last, last.plus(ttl))
                : new Tally(tally.count + 1, first, at, at.plus(ttl));
    }

    /**
     * Checks what {@link #next} is given; for stores that count in a database.
     *
     * @throws IllegalArgumentException if a duration is out of its limits
     */
    public static void checkTimes(Duration minGap, Duration ttl) {
        if (ttl.compareTo(Duration.ofMillis(1)) < 0 || ttl.compareTo(Attempt.MAX) > 0) {
            throw new IllegalArgumentException(
                    "ttl is " + ttl + ", not between 1 ms and " + Attempt.MAX.toDays() + " days");
        }
        if (minGap.isNegative() || minGap.compareTo(ttl) > 0) {
            throw new IllegalArgumentException("minGap is " + minGap + ", not between 0 and ttl, which is " + ttl);
        }
    }
}
