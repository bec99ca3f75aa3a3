// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.health;

import java.time.Duration;
import java.util.Optional;

/**
 * What is known of one list, and what follows from it: a state that events change. Pure and immutable; times are
 * nanoseconds of a monotonic clock, which may overflow.
 *
 * <p>Closed: each question is asked. When {@link BreakerSettings#failures} of the last {@link BreakerSettings#window}
 * have failed, it opens: questions are unknown at once. After a pause one question is let through as a trial, on which
 * nobody waits; if enough trials in a row succeed, it closes and has forgotten its failures, and if one fails, the next
 * pause is twice as long. Apart from that a test may have shown that the list lies: then nothing is asked until a test
 * has passed.
 */
public final class Breaker {
    /** What becomes of a question. */
    public enum Permit {
        /** It is asked, and waited for. */
        ASK,
        /** It is asked, but nobody waits: the list counts as unknown. */
        TRY,
        /** It is not asked: the list counts as unknown. */
        REFUSE
    }

    /** A permit, and the state after it was given. */
    public record Permitted(Permit permit, Breaker next) {}

    private static final int DEGRADED_FROM = 2;

    private final BreakerSettings settings;
    /** The last questions, the newest lowest; a set bit is a failure. */
    private final long failures;

    private final boolean open;
    private final long nextTrial;
    private final Duration pause;
    private final int passedTrials;
    private final String lie;
    private final String lastFailure;
    private final long since;

    private Breaker(BreakerSettings settings, Draft draft) {
        this.settings = settings;
        failures = draft.failures;
        open = draft.open;
        nextTrial = draft.nextTrial;
        pause = draft.pause;
        passedTrials = draft.passedTrials;
        lie = draft.lie;
        lastFailure = draft.lastFailure;
        since = draft.since;
    }

    /** A list of which nothing bad is known. */
    public static Breaker closed(BreakerSettings settings, long now) {
        Draft draft = new Draft();
        draft.pause = settings.firstPause();
        draft.since = now;
        return new Breaker(settings, draft);
    }

    /** May a question be asked now? */
    public Permitted permit(long now) {
        if (!lie.isEmpty()) {
            return new Permitted(Permit.REFUSE, this);
        }
        if (!open) {
            return new Permitted(Permit.ASK, this);
        }
        if (now - nextTrial < 0) {
            return new Permitted(Permit.REFUSE, this);
        }
        // If this trial is never heard of again, there is another one after the pause.
        Draft draft = new Draft(this);
        draft.nextTrial = now + pause.toNanos();
        return new Permitted(Permit.TRY, new Breaker(settings, draft));
    }

    /** The list has answered: listed or not. */
    public Breaker answered(long now) {
        Draft draft = new Draft(this);
        if (!open) {
            draft.failures = remember(failures << 1);
        } else if (passedTrials + 1 < settings.trials()) {
            draft.passedTrials++;
            draft.nextTrial = now;
        } else {
            draft.open = false;
            draft.failures = 0;
            draft.passedTrials = 0;
            draft.pause = settings.firstPause();
        }
        return changed(draft, now);
    }

    /**
     * It has not answered, or refused to, or answered what no list says.
     *
     * @param why in a word
     * @param jitter from 0 to 1, so that many daemons do not try at once
     */
    public Breaker failed(long now, String why, double jitter) {
        Draft draft = new Draft(this);
        draft.lastFailure = why;
        if (open) {
            Duration doubled = pause.multipliedBy(2);
            draft.pause = doubled.compareTo(settings.longestPause()) > 0 ? settings.longestPause() : doubled;
            draft.passedTrials = 0;
            draft.nextTrial = now + jittered(draft.pause, jitter);
        } else {
            draft.failures = remember(failures << 1 | 1);
            if (Long.bitCount(draft.failures) >= settings.failures()) {
                draft.open = true;
                draft.nextTrial = now + jittered(pause, jitter);
            }
        }
        return changed(draft, now);
    }

    /** A test has shown that it lies, and how in a word; or, empty, that it does not. */
    public Breaker tested(long now, Optional<String> shown) {
        Draft draft = new Draft(this);
        draft.lie = shown.orElse("");
        return changed(draft, now);
    }

    /** As those who watch see it. */
    public ListHealth health(long now) {
        String why = !lie.isEmpty() ? lie : state() == ListHealth.State.HEALTHY ? "" : lastFailure;
        return new ListHealth(state(), why, Duration.ofNanos(now - since));
    }

    /** In a word. */
    public ListHealth.State state() {
        if (open || !lie.isEmpty()) {
            return ListHealth.State.DEAD;
        }
        return Long.bitCount(failures) >= DEGRADED_FROM ? ListHealth.State.DEGRADED : ListHealth.State.HEALTHY;
    }

    private long remember(long questions) {
        return settings.window() == 64 ? questions : questions & ((1L << settings.window()) - 1);
    }

    private Breaker changed(Draft draft, long now) {
        Breaker next = new Breaker(settings, draft);
        if (next.state() == state()) {
            return next;
        }
        draft.since = now;
        return new Breaker(settings, draft);
    }

    /** From three quarters of it to the whole. */
    private static long jittered(Duration pause, double jitter) {
        return (long) (pause.toNanos() * (0.75 + 0.25 * jitter));
    }

    /** The next state while it is made. */
    private static final class Draft {
        private long failures;
        private boolean open;
        private long nextTrial;
        private Duration pause = Duration.ZERO;
        private int passedTrials;
        private String lie = "";
        private String lastFailure = "";
        private long since;

        Draft() {}

        Draft(Breaker of) {
            failures = of.failures;
            open = of.open;
            nextTrial = of.nextTrial;
            pause = of.pause;
            passedTrials = of.passedTrials;
            lie = of.lie;
            lastFailure = of.lastFailure;
            since = of.since;
        }
    }
}
