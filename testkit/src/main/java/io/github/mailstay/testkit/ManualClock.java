// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock to turn: it stands still until a test moves it, in either direction. Thread-safe. */
public final class ManualClock implements InstantSource {
    private Instant now;

    private ManualClock(Instant start) {
        now = start;
    }

    /** A clock that shows this instant. */
    public static ManualClock at(Instant start) {
        return new ManualClock(start);
    }

    /** A clock that shows some noon in 2026. */
    public static ManualClock start() {
        return at(Instant.parse("2026-03-01T12:00:00Z"));
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    /** Turns it forward, or backward by a negative duration; returns what it shows then. */
    public synchronized Instant turn(Duration by) {
        now = now.plus(by);
        return now;
    }

    /** Sets it. */
    public synchronized void set(Instant instant) {
        now = instant;
    }

    @Override
    public String toString() {
        return instant().toString();
    }
}
