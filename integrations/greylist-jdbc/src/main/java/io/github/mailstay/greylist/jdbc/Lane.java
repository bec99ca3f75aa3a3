// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bounded queue and a few threads that take from it. A thread takes whatever waits as a batch, applies it in one
 * transaction, commits, and only then completes the stages; while it commits, the next batch gathers and other threads
 * take it. So many callers share one flush of the server's log, and several commits are on their way at once. When the
 * source has no connection to give, all that waits fails too, rather than wait for one failure after the other.
 *
 * <p>Concurrency: {@code running} counts the threads at work, at most {@code limit}. Whoever queues starts one more
 * unless all are running; a thread that stops looks at the queue once more <em>after</em> it has counted itself out, so
 * either it sees the work or whoever queued it sees a free place. After {@link #close} both may find the executor shut;
 * then {@code close} fails what is left, and a submission that comes even later takes its work back and fails itself. A
 * stage that is completed twice keeps the first.
 */
final class Lane {
    private final String name;
    private final Transactions transactions;
    private final Health health;
    private final Duration timeout;
    private final int limit;
    private final int batchLimit;
    private final BlockingQueue<Work<?>> queue;
    private final ThreadPoolExecutor threads;
    private final AtomicInteger running = new AtomicInteger();
    private final Set<Work<?>> underWay = ConcurrentHashMap.newKeySet();

    /** How many threads, calls that wait, and calls that share a transaction; and how long that may take. */
    record Size(int threads, int queueLimit, int batchLimit, Duration timeout) {}

    Lane(String name, String threadName, Transactions transactions, Health health, Size size) {
        this.name = name;
        this.transactions = transactions;
        this.health = health;
        timeout = size.timeout();
        limit = size.threads();
        batchLimit = size.batchLimit();
        queue = new ArrayBlockingQueue<>(size.queueLimit());
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(limit, limit, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, threadName + "-" + number.incrementAndGet());
            made.setDaemon(true);
            return made;
        });
    }

    <T> CompletableFuture<T> submit(Work<T> work) {
        if (threads.isShutdown()) {
            work.fail(Failures.closed(name));
        } else if (!queue.offer(work)) {
            work.fail(new StoreException(Reason.OVERLOADED, name + ": too much is waiting"));
        } else {
            wake();
            if (threads.isShutdown() && queue.remove(work)) {
                work.fail(Failures.closed(name));
            }
        }
        return work.answer();
    }

    private void wake() {
        if (begin()) {
            try {
                threads.execute(this::takeBatches);
            } catch (RejectedExecutionException e) {
                running.decrementAndGet(); // closed meanwhile
            }
        }
    }

    private boolean begin() {
        int now = running.get();
        while (now < limit) {
            if (running.compareAndSet(now, now + 1)) {
                return true;
            }
            now = running.get();
        }
        return false;
    }

    private void takeBatches() {
        do {
            List<Work<?>> batch = new ArrayList<>();
            while (queue.drainTo(batch, batchLimit) > 0) {
                underWay.addAll(batch);
                commit(batch);
                batch.forEach(underWay::remove);
                batch.clear();
            }
            running.decrementAndGet();
        } while (!queue.isEmpty() && begin());
    }

    private void commit(List<Work<?>> batch) {
        try {
            Batch ordered = new Batch(batch);
            transactions.run(timeout, ordered::run);
        } catch (SQLException | RuntimeException | Error e) {
            // Errors too: whatever happened, nobody must be left waiting.
            StoreException failure = Failures.failed(name, e);
            health.failed(failure);
            batch.forEach(work -> work.fail(failure));
            if (e instanceof NoConnectionException) {
                failAllWaiting(failure);
            }
            return;
        }
        health.worked();
        for (Work<?> work : batch) {
            RuntimeException trouble = work.trouble();
            if (trouble == null) {
                work.complete();
            } else {
                work.fail(Failures.failed(name, trouble));
            }
        }
    }

    /** Takes no more. */
    void shutDown() {
        threads.shutdown();
    }

    /** Waits this long until what was taken is finished; what is not, fails then. After {@link #shutDown}; idempotent. */
    void close(Duration bound) {
        boolean isOver = false;
        try {
            isOver = threads.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        StoreException closed = Failures.closed(name);
        failAllWaiting(closed);
        if (!isOver) {
            // Whether these were done nobody knows.
            underWay.forEach(work -> work.fail(closed));
            threads.shutdownNow();
        }
    }

    private void failAllWaiting(StoreException failure) {
        List<Work<?>> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        waiting.forEach(work -> work.fail(failure));
    }
}
