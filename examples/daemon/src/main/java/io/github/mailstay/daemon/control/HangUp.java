// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The end of a connection on which nothing has come for some time. Thread-safe: all under its own lock. */
final class HangUp {
    private final Runnable close;
    private final ScheduledExecutorService clock;
    private final long seconds;
    private ScheduledFuture<?> next;
    private boolean cancelled;

    /** From now on, {@code close} runs after so many seconds. */
    HangUp(Runnable close, ScheduledExecutorService clock, long seconds) {
        this.close = close;
        this.clock = clock;
        this.seconds = seconds;
        next = clock.schedule(close, seconds, TimeUnit.SECONDS);
    }

    /** The same stream; the time begins anew with each piece that it gives. */
    InputStream renewedBy(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                int got = super.read(buffer, from, length);
                renew();
                return got;
            }
        };
    }

    private synchronized void renew() {
        if (!cancelled && next.cancel(false)) {
            next = clock.schedule(close, seconds, TimeUnit.SECONDS);
        }
    }

    synchronized void cancel() {
        cancelled = true;
        next.cancel(false);
    }
}
