// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a store must do with counters: what {@link Tally#next} says, each in one atomic step. */
public interface TallyContract extends StoreProvider {
    /** Events closer together than the gap count as one. */
    @Test
    default void eventsCloseTogetherCountOnce() throws Exception {
        try (GreylistStore store = open()) {
            CounterKey key = counter("passes", 1);
            Duration hour = Duration.ofHours(1);
            Duration day = Duration.ofDays(1);
            assertEquals(1, Tries.get(store.tally(key, Tries.NOON, hour, day)).count());
            assertEquals(
                    1,
                    Tries.get(store.tally(key, Tries.NOON.plus(hour).minusMillis(1), hour, day))
                            .count());
            assertEquals(
                    2,
                    Tries.get(store.tally(key, Tries.NOON.plus(hour), hour, day))
                            .count());
            Instant last = Tries.NOON.plus(hour).plus(day);
            assertEquals(3, Tries.get(store.tally(key, last, hour, day)).count());
            assertEquals(
                    1,
                    Tries.get(store.tally(key, last.plus(day).plusMillis(1), hour, day))
                            .count());
        }
    }

    /** One hash counted for two purposes has two counters, and neither is an entry. */
    @Test
    default void purposesAreApart() throws Exception {
        try (GreylistStore store = open()) {
            Duration day = Duration.ofDays(1);
            Tries.get(store.tally(counter("a", 1), Tries.NOON, Duration.ZERO, day));
            assertEquals(
                    1,
                    Tries.get(store.tally(counter("b", 1), Tries.NOON, Duration.ZERO, day))
                            .count());
            assertEquals(
                    1,
                    Tries.get(store.tally(counter("a", 2), Tries.NOON, Duration.ZERO, day))
                            .count());
            assertEquals(
                    2,
                    Tries.get(store.tally(counter("a", 1), Tries.NOON, Duration.ZERO, day))
                            .count());
            assertEquals(0, Tries.get(store.stats()).entries());
            assertEquals(3, Tries.get(store.stats()).counters());
        }
    }

    /** Law: after any history of events, with any clock, each count is that of the rule. */
    @Test
    default void anyHistoryIsThatOfTheTally() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            try (GreylistStore store = open()) {
                Random random = new Random(seed);
                Map<CounterKey, Tally> reference = new HashMap<>();
                Instant now = Tries.NOON;
                for (int step = 0; step < 100; step++) {
                    now = now.plusMillis(random.nextInt(4) == 0 ? -random.nextInt(3000) : random.nextInt(3000));
                    CounterKey key = counter("events", random.nextInt(3));
                    Duration gap = Duration.ofMillis(random.nextInt(3) * 500L);
                    Duration ttl = gap.plusMillis(1 + random.nextInt(4000));
                    Tally expected = Tally.next(reference.get(key), now, gap, ttl);
                    reference.put(key, expected);
                    assertEquals(
                            expected, Tries.get(store.tally(key, now, gap, ttl)), "seed " + seed + ", step " + step);
                    assertEquals(Optional.of(expected), Tries.get(store.find(key)), "seed " + seed + ", step " + step);
                }
            }
        }
    }

    /** Of many events at once none is lost, and no two get the same count. */
    @Test
    default void manyEventsAtOnceAreAllCounted() throws Exception {
        try (GreylistStore store = open()) {
            List<Long> counts = Tries.together(
                    16,
                    () -> Tries.get(store.tally(counter("burst", 9), Tries.NOON, Duration.ZERO, Duration.ofDays(1)))
                            .count());
            assertEquals(
                    LongStream.rangeClosed(1, 16).boxed().toList(),
                    counts.stream().sorted().toList());
        }
    }

    /** To look a counter up counts nothing; a forgotten one counts from 1 again. */
    @Test
    default void countersAreFoundAndForgotten() throws Exception {
        try (GreylistStore store = open()) {
            CounterKey key = counter("passes", 1);
            CounterKey other = counter("passes", 2);
            Duration day = Duration.ofDays(1);
            assertEquals(Optional.empty(), Tries.get(store.find(key)));
            assertFalse(Tries.get(store.forget(key)));
            Tries.get(store.tally(key, Tries.NOON, Duration.ZERO, day));
            Tally two = Tries.get(store.tally(key, Tries.NOON.plusSeconds(1), Duration.ZERO, day));
            Tries.get(store.tally(other, Tries.NOON, Duration.ZERO, day));
            assertEquals(Tries.NOON, two.firstCounted());
            assertEquals(Optional.of(two), Tries.get(store.find(key)));
            assertTrue(Tries.get(store.forget(key)));
            assertEquals(Optional.empty(), Tries.get(store.find(key)));
            assertTrue(Tries.get(store.find(other)).isPresent());
            Instant later = Tries.NOON.plusSeconds(2);
            assertEquals(
                    new Tally(1, later, later, later.plus(day)),
                    Tries.get(store.tally(key, later, Duration.ZERO, day)));
        }
    }

    /** Silly times are refused at once. */
    @Test
    default void sillyTimesAreRefused() throws Exception {
        try (GreylistStore store = open()) {
            CounterKey key = counter("silly", 1);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.tally(key, Tries.NOON, Duration.ofDays(2), Duration.ofDays(1)));
            assertThrows(
                    IllegalArgumentException.class, () -> store.tally(key, Tries.NOON, Duration.ZERO, Duration.ZERO));
        }
    }

    private static CounterKey counter(String purpose, long number) {
        return new CounterKey(purpose, Tries.key(number).client());
    }
}
