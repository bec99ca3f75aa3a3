// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What these tests have in common. */
final class Stores {
    static final String FINGERPRINT = "0123456789abcdef";
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    static final Duration DELAY = Duration.ofMinutes(5);

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long PATIENCE_SECONDS = 60;

    private Stores() {}

    /** A prefix that no other test has. */
    static String prefix() {
        return "test-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ":";
    }

    /** Settings for a busy machine. */
    static RedisGreylistStoreBuilder builder(String address) {
        return RedisGreylistStore.builder(address, FINGERPRINT).timeout(PATIENCE);
    }

    static RedisGreylistStoreBuilder builder(List<String> addresses) {
        return RedisGreylistStore.builder(addresses, FINGERPRINT).timeout(PATIENCE);
    }

    static GreylistKey key(long number) {
        return new GreylistKey(new Hash128(number * 0x9E3779B97F4A7C15L, number), new Hash128(~number, number));
    }

    static Attempt at(Instant now) {
        return new Attempt(now, DELAY, Duration.ofDays(2), Duration.ofDays(35));
    }

    static <T> T get(CompletionStage<T> stage) throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** With what a stage fails; it must fail, and not hang. */
    static StoreException failure(CompletionStage<?> stage) {
        Throwable trouble = catchThrowable(() -> get(stage));
        if (trouble instanceof ExecutionException && trouble.getCause() instanceof StoreException store) {
            return store;
        }
        throw new AssertionError("the stage did not fail as a store does", trouble);
    }
}
