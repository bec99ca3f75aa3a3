// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InMemoryBoundTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void theLeastRecentlyTriedGoesFirst() {
        GreylistStore store = InMemoryGreylistStore.builder().maxEntries(3).build();
        record(store, 1);
        record(store, 2);
        record(store, 3);
        record(store, 1);
        store.find(key(2)); // to look is not to try
        record(store, 4);
        assertThat(record(store, 2).kind()).isEqualTo(Sighting.Kind.FIRST);
        assertThat(record(store, 1).kind()).isEqualTo(Sighting.Kind.EARLY);
        assertThat(record(store, 4).kind()).isEqualTo(Sighting.Kind.EARLY);
    }

    @Test
    void theBoundHoldsForEntriesAndCounters() {
        GreylistStore store = InMemoryGreylistStore.builder().maxEntries(5000).build();
        for (int i = 0; i < 20_000; i++) {
            record(store, i);
            store.tally(new CounterKey("x", key(i).client()), NOON, Duration.ZERO, Duration.ofDays(1));
        }
        StoreStats stats = store.stats().toCompletableFuture().join();
        assertThat(stats.entries()).isBetween(4500L, 5000L);
        assertThat(stats.counters()).isBetween(4500L, 5000L);
    }

    @Test
    void aBoundOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InMemoryGreylistStore.builder().maxEntries(0))
                .withMessageContaining("maxEntries");
    }

    private static Sighting record(GreylistStore store, long number) {
        Attempt attempt = new Attempt(NOON, Duration.ofMinutes(5), Duration.ofDays(2), Duration.ofDays(35));
        return store.record(key(number), attempt).toCompletableFuture().join();
    }

    private static GreylistKey key(long number) {
        Random random = new Random(number);
        return new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
    }
}
