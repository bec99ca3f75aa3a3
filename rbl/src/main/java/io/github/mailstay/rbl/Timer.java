// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What deadlines are kept with; tests turn one of their own. Thread-safe. */
interface Timer {
    /**
     * The JDK's own, on {@link System#nanoTime}. A policy chain keeps its deadline with the same one, where what is due
     * first runs first: a check that is due before its chain is never overtaken by it.
     */
    Timer SYSTEM = new Timer() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public CompletableFuture<Void> after(long nanos) {
            return new CompletableFuture<Void>().completeOnTimeout(null, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        }
    };

    /** A monotonic clock. */
    long nanos();

    /**
     * A future that completes in so many nanoseconds. Who needs it no more completes it himself, which takes it off the
     * timer (to cancel it does not, on JDK 17).
     */
    CompletableFuture<Void> after(long nanos);
}
