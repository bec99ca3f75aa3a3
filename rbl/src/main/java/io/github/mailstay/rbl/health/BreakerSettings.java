// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.health;

import java.time.Duration;

/**
 * When a list is no longer waited for, and when it is tried again. Immutable.
 *
 * @param failures how many of the last questions must have failed, 2 to {@code window}: one alone never counts a list dead
 * @param window how many questions are remembered, up to 64
 * @param firstPause how long a dead list is left alone before it is tried, 100 ms to an hour
 * @param longestPause how far that grows: it doubles each time the list fails its trial
 * @param trials how many trials in a row must succeed, 1 to 10
 */
public record BreakerSettings(int failures, int window, Duration firstPause, Duration longestPause, int trials) {
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofHours(1);

    /** 5 of the last 10; tried after 5 s, at most every 5 minutes; 2 trials. */
    public static final BreakerSettings USUAL =
            new BreakerSettings(5, 10, Duration.ofSeconds(5), Duration.ofMinutes(5), 2);

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException with the name of the one that is wrong
     */
    public BreakerSettings {
        if (window < 2 || window > 64) {
            throw new IllegalArgumentException("window: " + window + " is not within 2 and 64");
        }
        if (failures < 2 || failures > window) {
            throw new IllegalArgumentException("failures: " + failures + " is not within 2 and the window, " + window);
        }
        if (firstPause.compareTo(LEAST) < 0 || firstPause.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("firstPause: " + firstPause + " is not within 100 ms and an hour");
        }
        if (longestPause.compareTo(firstPause) < 0 || longestPause.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    "longestPause: " + longestPause + " is not within firstPause and an hour");
        }
        if (trials < 1 || trials > 10) {
            throw new IllegalArgumentException("trials: " + trials + " is not within 1 and 10");
        }
    }
}
