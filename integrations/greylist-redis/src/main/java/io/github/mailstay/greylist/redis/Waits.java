// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.policy.Deadline;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * How long the opening waits for one step, and the waiting itself; nothing else in a store waits. Immutable.
 *
 * @param limit for each step
 */
record Waits(Duration limit) {
    private static final long PAUSE_MILLIS = 50;

    /**
     * As {@link #get}, begun again until the limit is over if it fails, but for what Redis itself refuses: in the middle
     * of a failover a connection that was just made breaks again.
     */
    <T> T retried(String servers, Supplier<? extends CompletionStage<T>> step) {
        Deadline deadline = Deadline.in(limit);
        while (true) {
            try {
                return get(servers, step);
            } catch (StoreException e) {
                if (deadline.isOver()
                        || Thread.currentThread().isInterrupted()
                        || e.getCause() instanceof RedisCommandExecutionException) {
                    throw e;
                }
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted(servers, e);
            }
        }
    }

    /**
     * What the stage comes to.
     *
     * @param servers what messages call the servers
     * @throws StoreException if it fails, or not in time
     */
    <T> T get(String servers, Supplier<? extends CompletionStage<T>> step) {
        try {
            return step.get().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Troubles.failed(servers, e);
        } catch (TimeoutException e) {
            throw new StoreException(Reason.FAILED, servers + " did not answer within " + limit, e);
        } catch (InterruptedException e) {
            throw interrupted(servers, e);
        }
    }

    private static StoreException interrupted(String servers, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StoreException(Reason.FAILED, "interrupted while opening the store on " + servers, e);
    }
}
