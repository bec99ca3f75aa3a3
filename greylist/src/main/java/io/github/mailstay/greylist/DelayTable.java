// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * How long a first try is deferred, by how strong the suspicion is: a plain table from a score to a delay. Immutable.
 */
public final class DelayTable {
    private final NavigableMap<Integer, Duration> delays;

    private DelayTable(NavigableMap<Integer, Duration> delays) {
        this.delays = delays;
    }

    /**
     * A table.
     *
     * @param base the delay below the first score, and without a suspicion; at least 1 ms
     * @param byScore from this score on, this delay; longer with each higher score
     * @throws IllegalArgumentException if a score is not above 0, or a delay not longer than the one before
     */
    public static DelayTable of(Duration base, Map<Integer, Duration> byScore) {
        NavigableMap<Integer, Duration> delays = new TreeMap<>(byScore);
        delays.put(0, base);
        if (delays.firstKey() < 0 || byScore.containsKey(0)) {
            throw new IllegalArgumentException("delays: a score is not above 0");
        }
        Duration before = Duration.ZERO;
        for (Map.Entry<Integer, Duration> each : delays.entrySet()) {
            if (each.getValue().compareTo(before) <= 0) {
                throw new IllegalArgumentException("delays: " + each.getValue() + " from score " + each.getKey()
                        + " on is not longer than " + before);
            }
            before = each.getValue();
        }
        return new DelayTable(delays);
    }

    /** The delay at a score; 0 without a suspicion. */
    public Duration at(int score) {
        return delays.floorEntry(Math.max(0, score)).getValue();
    }

    /** The scores from which on the delay is another one. */
    public Set<Integer> scores() {
        return Set.copyOf(delays.tailMap(0, false).keySet());
    }

    /** The longest of them. */
    public Duration longest() {
        return delays.lastEntry().getValue();
    }
}
