// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes whatever is waiting as a batch, applies it in one transaction, commits (one
 * fsync), and only then completes the stages. It waits for no batch to fill: while one commits, the next gathers.
 *
 * <p>Concurrency: connection, statements and sweep are the thread's own. Others meet it only at the queue, and at the
 * flags: {@code closing} is set before the work that wakes a waiting thread is queued (an interrupt would wake it too, but
 * would also close channels that a stage's dependents may write to), {@code ended} before the thread fails
 * what is left in the queue. A submission looks at {@code ended} after it has queued, so either the thread's last look at
 * the queue sees it, or it sees {@code ended} and fails itself; a stage that is failed twice keeps the first.
 */
final class Writer {
    private static final Logger log = LoggerFactory.getLogger(SqliteGreylistStore.class);

    private final String name;
    private WriterSql sql;
    private final BlockingQueue<Work<?>> queue;
    private final int batchLimit;
    private final Corruption corruption;
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean abandoned;
    private volatile boolean ended;
    private boolean failing;
    private boolean broken;

    Writer(String name, Connection connection, Corruption corruption, int queueLimit, int batchLimit)
            throws SQLException {
        this.name = name;
        this.sql = new WriterSql(connection);
        this.queue = new ArrayBlockingQueue<>(queueLimit);
        this.batchLimit = batchLimit;
        this.corruption = corruption;
        this.thread = new Thread(this::run, "mailstay-greylist-sqlite");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    <T> CompletableFuture<T> submit(Work<T> work) {
        if (closing) {
            work.fail(closed());
        } else if (!queue.offer(work)) {
            work.fail(new StoreException(Reason.OVERLOADED, name + ": too much is waiting to be written"));
        } else if (ended) {
            work.fail(closed());
        }
        return work.answer();
    }

    /**
     * Finishes what is queued, within this time, and ends the thread. Idempotent; whoever comes second waits too.
     *
     * @return whether the thread has ended
     */
    boolean close(Duration bound) {
        closing = true;
        // If it does not fit, the thread has work to do and looks at the flag when it is done.
        var unused = queue.offer(new WakeUp());
        try {
            thread.join(bound.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abandoned = true;
        return !thread.isAlive();
    }

    private void run() {
        try {
            writeUntilClosed();
        } finally {
            closing = true;
            ended = true;
            for (Work<?> left = queue.poll(); left != null; left = queue.poll()) {
                left.fail(closed());
            }
            shut();
        }
    }

    private void writeUntilClosed() {
        List<Work<?>> batch = new ArrayList<>(batchLimit);
        while (!abandoned) {
            Work<?> first = queue.poll();
            if (first == null) {
                if (closing) {
                    return;
                }
                try {
                    first = queue.take();
                } catch (InterruptedException e) {
                    continue; // not a way to end this thread; close() is
                }
            }
            batch.add(first);
            queue.drainTo(batch, batchLimit - 1);
            write(batch);
            batch.clear();
        }
    }

    private void write(List<Work<?>> batch) {
        List<Work<?>> together = new ArrayList<>(batch.size());
        List<Work<?>> alone = new ArrayList<>(0);
        for (Work<?> work : batch) {
            (work.alone() ? alone : together).add(work);
        }
        if (!together.isEmpty()) {
            commit(together);
        }
        for (Work<?> work : alone) {
            commit(List.of(work));
        }
    }

    private void commit(List<Work<?>> batch) {
        try {
            if (broken) {
                sql = sql.renewed();
                broken = false;
            }
            sql.begin();
            for (Work<?> work : batch) {
                work.run(sql);
            }
            sql.commit();
        } catch (SQLException | RuntimeException | Error e) {
            // Errors too: whatever happened, nobody must be left waiting.
            fail(batch, e);
            return;
        }
        // Work on its own may have had nothing to write.
        if (failing && !batch.get(0).alone()) {
            failing = false;
            log.info("greylist: {} can be written again", name);
        }
        for (Work<?> work : batch) {
            work.complete();
        }
    }

    private void fail(List<Work<?>> batch, Throwable trouble) {
        // Damage is told of once, by itself: elsewhere in the file, writing goes on.
        if (!corruption.found(trouble) && !failing) {
            failing = true;
            log.warn("greylist: {} cannot be written", name, trouble);
        }
        broken = true;
        try {
            // At once, so that the file is not left locked.
            sql = sql.renewed();
            broken = false;
        } catch (SQLException | RuntimeException e) {
            log.debug("greylist: {}: recovery failed, will be tried again", name, e);
        }
        StoreException failure = new StoreException(Reason.FAILED, name + ": " + trouble.getMessage(), trouble);
        for (Work<?> work : batch) {
            work.fail(failure);
        }
    }

    private void shut() {
        try (Connection connection = sql.connection()) {
            sql.close();
            Schema.run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            log.warn("greylist: {} was not closed cleanly; nothing is lost", name, e);
        }
    }

    private static final class WakeUp extends Work<Boolean> {
        @Override
        Boolean apply(WriterSql sql) {
            return true;
        }

        @Override
        boolean alone() {
            return true;
        }
    }

    private StoreException closed() {
        return new StoreException(Reason.CLOSED, name + " is closed");
    }
}
