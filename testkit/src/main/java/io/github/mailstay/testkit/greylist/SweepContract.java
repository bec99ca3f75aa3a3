// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a store must sweep away: exactly what has expired, slice by slice. */
public interface SweepContract extends StoreProvider {
    /** An entry stays in its last millisecond, and goes in the next. */
    @Test
    default void theLastMillisecondStays() throws Exception {
        assumeFalse(expiresByItself(), "the engine removes what has expired");
        try (GreylistStore store = open()) {
            // Two neighbours, a millisecond apart: what sweeps one must leave the other.
            Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
            Tries.get(store.record(Tries.key(2), Tries.at(Tries.NOON.plusMillis(1))));
            Instant last = Tries.NOON.plus(Tries.WINDOW);
            assertEquals(0, sweep(store, last, 100));
            assertEquals(0, sweep(store, last.plusNanos(999_999), 100));
            assertTrue(Tries.get(store.find(Tries.key(1))).isPresent());
            assertEquals(1, sweep(store, last.plusMillis(1), 100));
            assertTrue(Tries.get(store.find(Tries.key(1))).isEmpty());
            assertTrue(Tries.get(store.find(Tries.key(2))).isPresent());
            assertEquals(1, sweep(store, last.plusMillis(2), 100));
        }
    }

    /** Whatever the size of the slices, a whole sweep removes all that has expired and nothing else. */
    @Test
    default void slicesRemoveExactlyTheExpired() throws Exception {
        assumeFalse(expiresByItself(), "the engine removes what has expired");
        for (int maxRows : new int[] {1, 7, 50, 1000}) {
            try (GreylistStore store = open()) {
                for (int i = 0; i < 100; i++) {
                    // Every third has passed and lives longer; as many counters, half of them short-lived.
                    Tries.get(store.record(Tries.key(i), Tries.at(Tries.NOON)));
                    if (i % 3 == 0) {
                        Tries.get(store.record(Tries.key(i), Tries.at(Tries.NOON.plus(Tries.DELAY))));
                    }
                    Duration ttl = i % 2 == 0 ? Duration.ofDays(1) : Duration.ofDays(9);
                    Tries.get(store.tally(new CounterKey("x", Tries.key(i).client()), Tries.NOON, Duration.ZERO, ttl));
                }
                Instant later = Tries.NOON.plus(Duration.ofDays(3));
                assertEquals(66 + 50, sweep(store, later, maxRows), "slices of " + maxRows);
                assertEquals(new StoreStats(34, 34, 50), Tries.get(store.stats()));
                for (int i = 0; i < 100; i++) {
                    assertEquals(i % 3 == 0, Tries.get(store.find(Tries.key(i))).isPresent(), "entry " + i);
                }
                assertEquals(0, sweep(store, later, maxRows), "the second sweep");
                Tries.get(store.record(Tries.key(0), Tries.at(later)));
            }
        }
    }

    /** The smallest budget still gets ahead, so that a sweep ends. */
    @Test
    default void theSmallestBudgetGetsAhead() throws Exception {
        assumeFalse(expiresByItself(), "the engine removes what has expired");
        try (GreylistStore store = open()) {
            for (int i = 0; i < 30; i++) {
                Tries.get(store.record(Tries.key(i), Tries.at(Tries.NOON)));
            }
            Instant later = Tries.NOON.plus(Duration.ofDays(3));
            long removed = 0;
            boolean complete = false;
            for (int slices = 0; !complete; slices++) {
                assertTrue(slices < 100, "the sweep does not end");
                Swept swept = Tries.get(store.expire(later, 10, Duration.ofNanos(1)));
                removed += swept.removed();
                complete = swept.complete();
            }
            assertEquals(30, removed);
        }
    }

    /** A store that has nothing to sweep says at once that it is complete, and forgets nothing that still counts. */
    @Test
    default void whereTheEngineSweepsASliceIsComplete() throws Exception {
        assumeTrue(expiresByItself(), "this store is swept");
        try (GreylistStore store = open()) {
            Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
            assertTrue(Tries.get(store.expire(Tries.NOON, 10, Duration.ofSeconds(1)))
                    .complete());
            assertTrue(Tries.get(store.find(Tries.key(1))).isPresent());
        }
    }

    /** A slice of nothing is refused. */
    @Test
    default void sillySlicesAreRefused() throws Exception {
        try (GreylistStore store = open()) {
            assertThrows(IllegalArgumentException.class, () -> store.expire(Tries.NOON, 0, Duration.ofSeconds(1)));
            assertThrows(IllegalArgumentException.class, () -> store.expire(Tries.NOON, 1, Duration.ZERO));
        }
    }

    private static long sweep(GreylistStore store, Instant now, int maxRows) throws Exception {
        long removed = 0;
        for (int slices = 0; slices < 10_000; slices++) {
            Swept swept = Tries.get(store.expire(now, maxRows, Duration.ofSeconds(10)));
            assertTrue(swept.examined() <= maxRows, () -> "a slice of " + maxRows + " examined " + swept.examined());
            assertTrue(swept.removed() <= swept.examined());
            removed += swept.removed();
            if (swept.complete()) {
                return removed;
            }
        }
        throw new AssertionError("the sweep does not end");
    }
}
