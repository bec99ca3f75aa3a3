// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a {@link DnsJavaLookup} does all its work and keeps its deadlines.
 *
 * <p>Concurrency: what runs here needs no locks towards what else runs here. {@link #execute} runs a task at once if it
 * is called on the thread itself, so that a reply does not queue twice.
 */
final class Worker implements Executor {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    Worker(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            thread = made;
            return made;
        });
        // Nearly every alarm is called off: it must not stay in the queue until its time.
        executor.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runs a task on the thread.
     *
     * @throws RejectedExecutionException once closed
     */
    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
        } else {
            executor.execute(() -> guard(task));
        }
    }

    /**
     * Runs a task on the thread, later.
     *
     * @throws RejectedExecutionException once closed
     */
    Future<?> after(Duration delay, Runnable task) {
        return executor.schedule(() -> guard(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    }

    /** Ends the thread; what waits is not run. */
    void close() {
        var unused = executor.shutdownNow();
    }

    private static void guard(Runnable task) {
        try {
            task.run();
        } catch (RejectedExecutionException e) {
            // Closed meanwhile: who waits has been told.
        } catch (RuntimeException e) {
            log.warn("rbl: a lookup failed unexpectedly: {}", e.getClass().getName());
        }
    }
}
