// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One try of a client to deliver, with the times that hold for it: all that the rules need besides the entry, as data,
 * so that a database can apply them in one statement. Immutable; everything is cut to whole milliseconds.
 *
 * @param now when, between the years 1970 and 9999
 * @param delay how long after its first try a triplet is deferred; at least 1 ms
 * @param retryWindow how long after its first try a retry still counts as one; longer than the delay
 * @param lifetime how long a triplet that has passed is remembered after it was last seen; at least 1 ms
 */
public record Attempt(Instant now, Duration delay, Duration retryWindow, Duration lifetime) {
    /** The longest duration taken, ten years. */
    public static final Duration MAX = Duration.ofDays(3650);

    private static final Instant END = Instant.parse("9999-12-31T23:59:59.999Z");

    /** Checks and cuts all four. */
    public Attempt {
        if (now.isBefore(Instant.EPOCH) || now.isAfter(END)) {
            throw new IllegalArgumentException("now is " + now + ", not between the years 1970 and 9999");
        }
        now = now.truncatedTo(ChronoUnit.MILLIS);
        delay = checked("delay", delay);
        retryWindow = checked("retryWindow", retryWindow);
        lifetime = checked("lifetime", lifetime);
        if (retryWindow.compareTo(delay) <= 0) {
            throw new IllegalArgumentException("retryWindow is " + retryWindow + ", not longer than delay, which is "
                    + delay + ": no retry could ever pass");
        }
    }

    private static Duration checked(String setting, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    setting + " is " + value + ", not between 1 ms and " + MAX.toDays() + " days");
        }
        return value.truncatedTo(ChronoUnit.MILLIS);
    }
}
