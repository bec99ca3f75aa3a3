// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What deadlines are kept with; tests turn one of their own. Thread-safe. */
interface Timer {
    /** The JDK's own, on {@link System#nanoTime}; policy chains keep their deadlines with the same one. */
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
