// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the contracts have in common: times, keys, waiting for a stage, and many threads at once. */
final class Tries {
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    static final Duration DELAY = Duration.ofMinutes(5);
    static final Duration WINDOW = Duration.ofDays(2);
    static final Duration LIFETIME = Duration.ofDays(35);

    /** Long enough for a busy machine; a store that takes longer is taken to hang. */
    private static final long PATIENCE_SECONDS = 30;

    private Tries() {}

    static Attempt at(Instant now) {
        return new Attempt(now, DELAY, WINDOW, LIFETIME);
    }

    /** A key of this number; numbers far apart and close together are spread over the key space alike. */
    static GreylistKey key(long number) {
        Random random = new Random(number * 31 + 7);
        return new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
    }

    static <T> T get(CompletionStage<T> stage) throws InterruptedException, TimeoutException {
        try {
            return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("the stage failed", e.getCause());
        }
    }

    static void assertClosed(CompletionStage<?> stage) {
        ExecutionException failure = assertThrows(
                ExecutionException.class, () -> stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(
                failure.getCause() instanceof StoreException store && store.reason() == StoreException.Reason.CLOSED,
                () -> "failed with " + failure.getCause());
    }

    /** What this many threads get that call at the same moment. */
    static <T> List<T> together(int threads, Callable<T> call) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier barrier = new CyclicBarrier(threads);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(pool.submit(() -> {
                    barrier.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    return call.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
