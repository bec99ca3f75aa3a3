// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What these tests have in common: times, keys, and waiting for a stage, never without an end. */
final class Given {
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    static final Duration DELAY = Duration.ofMinutes(5);

    /** Long enough for a busy machine; a stage that takes longer is taken to hang. */
    private static final long PATIENCE_SECONDS = 60;

    private Given() {}

    static Attempt at(Instant now) {
        return new Attempt(now, DELAY, Duration.ofDays(2), Duration.ofDays(35));
    }

    static GreylistKey key(long number) {
        Random random = new Random(number * 31 + 7);
        return new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
    }

    static JdbcGreylistStore open(TestSource source) {
        return builder(source).open();
    }

    static JdbcGreylistStore.Builder builder(TestSource source) {
        return JdbcGreylistStore.builder(source, Databases.FINGERPRINT);
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Why a stage failed; an error if it did not, or for another reason than a store's. */
    static StoreException failureOf(CompletionStage<?> stage) throws Exception {
        try {
            throw new AssertionError("it did not fail: " + get(stage));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                return failure;
            }
            throw e;
        }
    }
}
