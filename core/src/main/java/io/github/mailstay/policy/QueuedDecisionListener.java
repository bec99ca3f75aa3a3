// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that hands decisions to another one on a thread of its own, so that a slow disk delays no mail. Bounded:
 * while the queue is full, decisions are dropped for the slow listener and counted. Thread-safe.
 *
 * <p>Concurrency: deciding threads only {@code offer} to a bounded queue; one daemon thread takes from it and alone
 * calls the target. {@link #close} sets {@code closing} and the thread ends once the queue is empty; what is offered
 * after that is dropped and counted.
 */
public final class QueuedDecisionListener implements DecisionListener, AutoCloseable {
    /** The target of a queue: told of decisions in batches, one thread at a time. */
    public interface Target {
        /** One decision. */
        void decided(PolicyRequest request, Decision decision);

        /** No further decision is waiting: the moment to flush. */
        default void idle() {}
    }

    private record Item(PolicyRequest request, Decision decision) {}

    private static final Logger log = LoggerFactory.getLogger(QueuedDecisionListener.class);
    private static final int BATCH = 256;
    private static final long GATHER_NANOS = 5_000_000;

    private final BlockingQueue<Item> queue;
    private final LongAdder dropped = new LongAdder();
    private final Target target;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Starts the thread.
     *
     * @param name of the thread, behind {@code mailstay-}
     * @param capacity decisions that may wait; more are dropped and counted
     */
    public QueuedDecisionListener(String name, int capacity, Target target) {
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.target = target;
        this.thread = new Thread(this::drain, "mailstay-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void decided(PolicyRequest request, Decision decision) {
        if (closing || !queue.offer(new Item(request, decision))) {
            dropped.increment();
        }
    }

    /** How many decisions the target has not heard of because it was too slow or closed. */
    public long dropped() {
        return dropped.sum();
    }

    /** Hands over what is waiting, for 5 seconds at most, and ends the thread. Idempotent. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain() {
        List<Item> batch = new ArrayList<>(BATCH);
        while (true) {
            batch.clear();
            if (queue.drainTo(batch, BATCH) == 0) {
                guard(target::idle);
                if (closing) {
                    return;
                }
                try {
                    batch.add(queue.take());
                    // To be woken for each decision would cost more than to write it: let a few gather.
                    LockSupport.parkNanos(GATHER_NANOS);
                } catch (InterruptedException e) {
                    continue; // closing; what is queued is still handed over
                }
            }
            for (Item item : batch) {
                guard(() -> target.decided(item.request(), item.decision()));
            }
        }
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            log.warn("policy: a decision listener failed", e);
        }
    }
}
