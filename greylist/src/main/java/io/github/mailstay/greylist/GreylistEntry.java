// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What is remembered of one triplet. Immutable; times are cut to whole milliseconds.
 *
 * <p>It begins a new generation with {@code tries} 1 and {@code passes} 0, and ends it after {@code expiresAt}.
 *
 * @param firstSeen the first try of this generation; within it this never moves later
 * @param lastSeen the latest try, never before {@code firstSeen}
 * @param expiresAt the last moment at which this entry still counts
 * @param tries how many tries were deferred, at least 1
 * @param passes how many passed, 0 while it is waiting
 */
public record GreylistEntry(Instant firstSeen, Instant lastSeen, Instant expiresAt, long tries, long passes) {
    /** Checks order and counts. */
    public GreylistEntry {
        firstSeen = firstSeen.truncatedTo(ChronoUnit.MILLIS);
        lastSeen = lastSeen.truncatedTo(ChronoUnit.MILLIS);
        expiresAt = expiresAt.truncatedTo(ChronoUnit.MILLIS);
        if (lastSeen.isBefore(firstSeen)) {
            throw new IllegalArgumentException("lastSeen " + lastSeen + " lies before firstSeen " + firstSeen);
        }
        if (tries < 1 || passes < 0) {
            throw new IllegalArgumentException("tries " + tries + " or passes " + passes + " is too small");
        }
    }

    /** Whether it has passed already; else it is waiting. */
    public boolean hasPassed() {
        return passes > 0;
    }

    /** Whether it no longer counts. */
    public boolean isExpired(Instant now) {
        return now.truncatedTo(ChronoUnit.MILLIS).isAfter(expiresAt);
    }
}
