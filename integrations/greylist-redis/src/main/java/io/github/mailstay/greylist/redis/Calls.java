// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The calls that wait for an answer: so many at most, each with an end, none left behind at the close. Thread-safe.
 *
 * <p>Concurrency: a call enters {@code waiting} before it looks at {@code closed}, and the close sets {@code closed}
 * before it looks at {@code waiting}; so one of the two sees the other.
 */
final class Calls {
    private final String servers;
    private final int limit;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * No call yet.
     *
     * @param servers what messages call the servers
     * @param limit how many may wait at most
     */
    Calls(String servers, int limit) {
        this.servers = servers;
        this.limit = limit;
    }

    /** What a call answers, or the {@link StoreException} it fails with. */
    <T> CompletableFuture<T> start(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            answer.completeExceptionally(closed ? closedNow() : overloaded());
            return answer;
        }
        waiting.add(answer);
        if (closed) {
            end(answer);
            answer.completeExceptionally(closedNow());
            return answer;
        }
        begin(call).whenComplete((value, trouble) -> {
            end(answer);
            if (trouble == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(closed ? closedNow() : Troubles.failed(servers, trouble));
            }
        });
        return answer;
    }

    private static <T> CompletionStage<T> begin(Supplier<CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @SuppressWarnings("CollectionUndefinedEquality") // identity is what is meant
    private void end(CompletableFuture<?> answer) {
        waiting.remove(answer);
        count.decrementAndGet();
    }

    /** Lets no more in, waits this long for those inside, and fails the rest; whether this was the first time. */
    boolean close(Duration bound) {
        synchronized (waiting) {
            if (closed) {
                return false;
            }
            closed = true;
        }
        CompletableFuture<?>[] left = waiting.toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(left).get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            // Each told its own caller.
        } catch (TimeoutException e) {
            fail(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(left);
        }
        return true;
    }

    private void fail(CompletableFuture<?>[] left) {
        for (CompletableFuture<?> each : left) {
            each.completeExceptionally(closedNow());
        }
    }

    private StoreException closedNow() {
        return new StoreException(Reason.CLOSED, "the store on " + servers + " is closed");
    }

    private StoreException overloaded() {
        return new StoreException(Reason.OVERLOADED, servers + ": " + limit + " calls wait for an answer already");
    }
}
