// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that waits for many sockets at once and does the work of those that are ready.
 *
 * <p>Concurrency: everything that hangs on a loop's selector belongs to its thread alone. Other threads reach it only
 * through {@link #execute}: the task is queued first, then the selector woken, once however many tasks wait. The loop
 * clears {@code woken} before it drains the queue, so a task queued during the drain either is drained or wakes it again.
 */
final class IoLoop implements Executor, AutoCloseable {
    /** What is attached to a key: called on the loop's thread when the key is ready. Must not throw. */
    interface Ready {
        void ready(SelectionKey key);

        /** Called about once a second: the moment to look at time limits. */
        default void tick(long nanoTime) {}
    }

    private static final Logger log = LoggerFactory.getLogger(PolicyServer.class);
    private static final long TICK_MILLIS = 1000;

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Thread thread;
    /** What sockets are read into; its content never outlives one read. */
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 * 1024);

    private final LongSupplier nanoTime;
    private long lastTick;
    private volatile boolean closing;

    IoLoop(String name, LongSupplier nanoTime) throws IOException {
        this.nanoTime = nanoTime;
        lastTick = nanoTime.getAsLong();
        selector = Selector.open();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Selector selector() {
        return selector;
    }

    ByteBuffer scratch() {
        return scratch.clear();
    }

    /** The clock by which time limits are told. */
    long nanoTime() {
        return nanoTime.getAsLong();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (Thread.currentThread() != thread && woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Ends the thread and closes what still hangs on the selector; waits for it, 5 seconds at most. Idempotent. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes a loop that was never started. */
    void abandon() {
        shut();
    }

    private void run() {
        try {
            while (!closing) {
                // A task put in by this thread itself wakes nobody: look before sleeping.
                if (tasks.isEmpty()) {
                    selector.select(this::ready, TICK_MILLIS);
                } else {
                    selector.selectNow(this::ready);
                }
                woken.set(false);
                drain();
                tickIfDue();
            }
        } catch (IOException | RuntimeException e) {
            log.error("policy: a server loop ended", e);
        } finally {
            shut();
        }
    }

    private void ready(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof Ready ready) {
            ready.ready(key);
        }
    }

    private void drain() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.error("policy: a task of a server loop failed", e);
            }
        }
    }

    private void tickIfDue() {
        long now = nanoTime.getAsLong();
        if (now - lastTick >= TICK_MILLIS * 1_000_000) {
            lastTick = now;
            for (SelectionKey key : new ArrayList<>(selector.keys())) {
                if (key.isValid() && key.attachment() instanceof Ready ready) {
                    ready.tick(now);
                }
            }
        }
    }

    private void shut() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            log.debug("policy: closing a server loop failed", e);
        }
    }
}
