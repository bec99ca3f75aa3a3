// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A call of the store that is under way. A store with too much to do refuses a call at once and has done nothing of it,
 * so that call is made again, a bounded number of times. Not thread-safe.
 */
final class Pending<T> {
    private static final int CALLS = 50;
    private static final long PAUSE_MILLIS = 100;

    private final Supplier<CompletionStage<T>> call;
    private final Duration patience;
    private CompletionStage<T> answer;

    Pending(Supplier<CompletionStage<T>> call, Duration patience) {
        this.call = call;
        this.patience = patience;
        answer = call.get();
    }

    /**
     * Waits for the answer.
     *
     * @throws StoreException if the store fails, or does not answer
     */
    T await() throws InterruptedException {
        for (int calls = 1; ; calls++) {
            try {
                return answer.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                throw new StoreException(StoreException.Reason.FAILED, "the store gave no answer in " + patience, e);
            } catch (ExecutionException e) {
                StoreException failure = failure(e);
                if (failure.reason() != StoreException.Reason.OVERLOADED || calls == CALLS) {
                    throw failure;
                }
            }
            Thread.sleep(PAUSE_MILLIS);
            answer = call.get();
        }
    }

    private static StoreException failure(ExecutionException e) {
        return e.getCause() instanceof StoreException failure
                ? failure
                : new StoreException(StoreException.Reason.FAILED, "the store failed", e.getCause());
    }
}
