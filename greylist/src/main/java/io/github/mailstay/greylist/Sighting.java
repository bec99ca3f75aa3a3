// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.time.Duration;

/**
 * What the greylist makes of one try. Immutable.
 *
 * @param kind what it was
 * @param entry what is remembered now
 * @param waited from the first try to this one
 * @param left until a retry will pass; zero once one has
 */
public record Sighting(Kind kind, GreylistEntry entry, Duration waited, Duration left) {
    /** What a try was. */
    public enum Kind {
        /** The first of its generation: deferred. */
        FIRST,
        /** A retry before the delay was over: deferred. */
        EARLY,
        /** The first retry after the delay: it passes, and the triplet is known from now on. */
        PASSED,
        /** One of a triplet that has passed before: it passes. */
        KNOWN
    }

    /**
     * What the entry as it stands <em>after</em> an attempt tells of that attempt. Nothing else need be remembered of
     * it: a store hands over the row that its one statement left behind.
     */
    public static Sighting of(GreylistEntry entry, Attempt attempt) {
        Kind kind;
        if (entry.hasPassed()) {
            kind = entry.passes() == 1 ? Kind.PASSED : Kind.KNOWN;
        } else {
            kind = entry.tries() == 1 ? Kind.FIRST : Kind.EARLY;
        }
        Duration waited = Duration.between(entry.firstSeen(), attempt.now());
        return new Sighting(
                kind,
                entry,
                waited,
                entry.hasPassed() ? Duration.ZERO : attempt.delay().minus(waited));
    }

    /** Whether the mail passes; else it is deferred. */
    public boolean passes() {
        return entry.hasPassed();
    }
}
