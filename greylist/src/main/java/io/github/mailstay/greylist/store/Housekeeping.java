// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What sweeps a store of what has expired: one bounded slice after the other, off the path of requests. When a sweep
 * has been through the whole key space it rests, then begins again.
 *
 * <p>With the defaults ten million entries are walked in about an hour. Trouble is logged when it begins and when it
 * ends, and the sweep goes on.
 *
 * <p>Concurrency: one slice is on its way at a time, since the next is scheduled only when one has ended. {@code failing}
 * is therefore touched by one thread after the other, each handed the work by the executor or by the store's stage.
 */
public final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final GreylistStore store;
    private final InstantSource clock;
    private final ScheduledExecutorService scheduler;
    private final Duration interval;
    private final Duration rest;
    private final int maxRows;
    private final Duration budget;
    private boolean failing;
    private volatile boolean closed;

    private Housekeeping(Builder builder) {
        store = builder.store;
        clock = builder.clock;
        scheduler = builder.scheduler;
        interval = builder.interval;
        rest = builder.rest;
        maxRows = builder.maxRows;
        budget = builder.budget;
    }

    /** A builder with the usual pace. Store and scheduler stay the caller's, who closes them. */
    public static Builder builder(GreylistStore store, InstantSource clock, ScheduledExecutorService scheduler) {
        return new Builder(store, clock, scheduler);
    }

    /** Schedules no further slice; one under way ends by itself, within its budget. Idempotent. */
    @Override
    public void close() {
        closed = true;
    }

    private void schedule(Duration in) {
        if (closed) {
            return;
        }
        try {
            var unused = scheduler.schedule(this::slice, in.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            closed = true; // the scheduler was shut down, and so is the process, most likely
        }
    }

    private void slice() {
        if (closed) {
            return;
        }
        try {
            var unused = store.expire(clock.instant(), maxRows, budget).whenComplete(this::ended);
        } catch (RuntimeException e) {
            ended(null, e);
        }
    }

    private void ended(@Nullable Swept swept, @Nullable Throwable failure) {
        if (failing != (failure != null) && !closed) {
            failing = failure != null;
            if (failing) {
                log.warn("greylist: housekeeping fails, and is tried again every {}", interval, failure);
            } else {
                log.info("greylist: housekeeping works again");
            }
        }
        schedule(swept != null && swept.complete() ? rest : interval);
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private final GreylistStore store;
        private final InstantSource clock;
        private final ScheduledExecutorService scheduler;
        private Duration interval = Duration.ofSeconds(1);
        private Duration rest = Duration.ofMinutes(10);
        private int maxRows = 3000;
        private Duration budget = Duration.ofMillis(5);

        private Builder(GreylistStore store, InstantSource clock, ScheduledExecutorService scheduler) {
            this.store = store;
            this.clock = clock;
            this.scheduler = scheduler;
        }

        /** From the end of one slice to the next; 1 second unless set. */
        public Builder interval(Duration value) {
            interval = positive("interval", value);
            return this;
        }

        /** From the end of one sweep to the next; 10 minutes unless set. */
        public Builder rest(Duration value) {
            rest = positive("rest", value);
            return this;
        }

        /** Rows of a slice; 3000 unless set. */
        public Builder maxRows(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("maxRows is " + value + ", not at least 1");
            }
            maxRows = value;
            return this;
        }

        /** How long a slice may take; 5 ms unless set. */
        public Builder budget(Duration value) {
            budget = positive("budget", value);
            return this;
        }

        /** Starts it. */
        public Housekeeping start() {
            Housekeeping housekeeping = new Housekeeping(this);
            housekeeping.schedule(interval);
            return housekeeping;
        }

        private static Duration positive(String setting, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(setting + " is " + value + ", not above zero and within a day");
            }
            return value;
        }
    }
}
