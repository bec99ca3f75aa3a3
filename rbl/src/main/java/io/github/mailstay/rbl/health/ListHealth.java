// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.health;

import java.time.Duration;

/**
 * How much one list can be relied on. Immutable.
 *
 * @param state in a word
 * @param why the last failure, or the test it did not pass, in one word; empty for one that is healthy
 * @param lasting since when it is in this state
 */
public record ListHealth(State state, String why, Duration lasting) {
    /** What the state means for those who ask. */
    public enum State {
        /** It answers. */
        HEALTHY,
        /** It answers, though not always: it is asked and waited for all the same. */
        DEGRADED,
        /** It does not answer, or it does not tell the truth: it is unknown at once, until it has recovered. */
        DEAD;

        /** In lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** {@code dead (timeout) for 35 s}. */
    @Override
    public String toString() {
        return state + (why.isEmpty() ? "" : " (" + why + ")") + " for " + lasting.toSeconds() + " s";
    }
}
