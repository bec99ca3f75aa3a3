// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
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
            Thread.currentThread().interrupt();
            throw new StoreException(Reason.FAILED, "interrupted while opening the store on " + servers, e);
        }
    }
}
