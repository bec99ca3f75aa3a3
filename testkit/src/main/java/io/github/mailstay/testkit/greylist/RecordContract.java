// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Sighting.Kind;
import io.github.mailstay.greylist.store.GreylistStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a store must do with tries: what {@link GreylistRules} says, each in one atomic step. */
public interface RecordContract extends StoreProvider {
    /** The usual life of a triplet. */
    @Test
    default void firstEarlyPassedKnown() throws Exception {
        try (GreylistStore store = open()) {
            GreylistKey key = Tries.key(1);
            assertEquals(Kind.FIRST, kind(store, key, Tries.NOON));
            assertEquals(Kind.EARLY, kind(store, key, Tries.NOON.plusSeconds(12)));
            assertEquals(Kind.PASSED, kind(store, key, Tries.NOON.plusSeconds(301)));
            assertEquals(Kind.KNOWN, kind(store, key, Tries.NOON.plusSeconds(302)));
        }
    }

    /** The delay is over exactly when it is, to the millisecond. */
    @Test
    default void theDelayEndsOnTheMillisecond() throws Exception {
        try (GreylistStore store = open()) {
            GreylistKey key = Tries.key(2);
            kind(store, key, Tries.NOON);
            assertEquals(
                    Kind.EARLY, kind(store, key, Tries.NOON.plus(Tries.DELAY).minusMillis(1)));
            assertEquals(Kind.PASSED, kind(store, key, Tries.NOON.plus(Tries.DELAY)));
        }
    }

    /** A waiting entry counts up to the last millisecond of its window and no longer. */
    @Test
    default void theRetryWindowEndsOnTheMillisecond() throws Exception {
        try (GreylistStore store = open()) {
            Instant end = Tries.NOON.plus(Tries.WINDOW);
            kind(store, Tries.key(3), Tries.NOON);
            assertEquals(Kind.PASSED, kind(store, Tries.key(3), end));
            kind(store, Tries.key(4), Tries.NOON);
            assertEquals(Kind.FIRST, kind(store, Tries.key(4), end.plusMillis(1)));
        }
    }

    /** A known entry counts up to the last millisecond of its lifetime, which each pass renews. */
    @Test
    default void theLifetimeEndsOnTheMillisecond() throws Exception {
        try (GreylistStore store = open()) {
            GreylistKey key = Tries.key(5);
            kind(store, key, Tries.NOON);
            Instant passed = Tries.NOON.plus(Tries.DELAY);
            kind(store, key, passed);
            Instant again = passed.plus(Tries.LIFETIME);
            assertEquals(Kind.KNOWN, kind(store, key, again));
            assertEquals(Kind.FIRST, kind(store, key, again.plus(Tries.LIFETIME).plusMillis(1)));
        }
    }

    /** A clock that was put back costs one more delay at most, and one that was far ahead does too. */
    @Test
    default void aClockOnceWrongNeverDefersForEver() throws Exception {
        try (GreylistStore store = open()) {
            GreylistKey key = Tries.key(6);
            kind(store, key, Tries.NOON.plus(Duration.ofDays(400)));
            assertEquals(Kind.EARLY, kind(store, key, Tries.NOON));
            assertEquals(
                    Kind.EARLY, kind(store, key, Tries.NOON.plus(Tries.DELAY).minusMillis(1)));
            assertEquals(Kind.PASSED, kind(store, key, Tries.NOON.plus(Tries.DELAY)));
            assertEquals(Kind.KNOWN, kind(store, key, Tries.NOON.minus(Duration.ofDays(1))));
        }
    }

    /** Microseconds are cut before anything is compared or kept. */
    @Test
    default void timesAreMilliseconds() throws Exception {
        try (GreylistStore store = open()) {
            GreylistKey key = Tries.key(7);
            Sighting first = Tries.get(store.record(key, Tries.at(Tries.NOON.plusNanos(999_999))));
            assertEquals(Tries.NOON, first.entry().firstSeen());
            assertEquals(Kind.PASSED, kind(store, key, Tries.NOON.plus(Tries.DELAY)));
        }
    }

    /** Law: after any history of tries, of several keys, settings and clocks, each answer is that of the rules. */
    @Test
    default void anyHistoryIsThatOfTheRules() throws Exception {
        for (long seed = 1; seed <= 40; seed++) {
            try (GreylistStore store = open()) {
                Random random = new Random(seed);
                Map<GreylistKey, GreylistEntry> reference = new HashMap<>();
                Instant now = Tries.NOON;
                for (int step = 0; step < 100; step++) {
                    now = now.plusMillis(jump(random));
                    GreylistKey key = Tries.key(random.nextInt(4));
                    Attempt attempt = attempt(now, random);
                    Sighting expected = GreylistRules.next(reference.get(key), attempt);
                    reference.put(key, expected.entry());
                    String where = "seed " + seed + ", step " + step;
                    assertEquals(expected, Tries.get(store.record(key, attempt)), where);
                    assertEquals(Optional.of(expected.entry()), Tries.get(store.find(key)), where);
                }
            }
        }
    }

    /** Of many first tries at once exactly one is the first, and of many retries exactly one passes first. */
    @Test
    default void exactlyOneOfManyIsTheFirst() throws Exception {
        int threads = 16;
        try (GreylistStore store = open()) {
            for (int round = 0; round < 20; round++) {
                GreylistKey key = Tries.key(1000 + round);
                List<Sighting> first =
                        Tries.together(threads, () -> Tries.get(store.record(key, Tries.at(Tries.NOON))));
                assertEquals(1, count(first, Kind.FIRST));
                assertEquals(threads - 1, count(first, Kind.EARLY));
                Instant later = Tries.NOON.plus(Tries.DELAY);
                List<Sighting> second = Tries.together(threads, () -> Tries.get(store.record(key, Tries.at(later))));
                assertEquals(1, count(second, Kind.PASSED));
                assertEquals(threads - 1, count(second, Kind.KNOWN));
                GreylistEntry entry = Tries.get(store.find(key)).orElseThrow();
                assertEquals(threads, entry.tries(), "a try was lost");
                assertEquals(threads, entry.passes(), "a pass was lost");
            }
        }
    }

    /** Calls need not wait for one another: one thread asks a thousand times and then reads the answers. */
    @Test
    default void aThousandMayBeUnderWayAtOnce() throws Exception {
        try (GreylistStore store = open()) {
            List<CompletionStage<Sighting>> answers = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                answers.add(store.record(Tries.key(i % 500), Tries.at(Tries.NOON)));
            }
            List<Sighting> sightings = new ArrayList<>();
            for (CompletionStage<Sighting> answer : answers) {
                sightings.add(Tries.get(answer));
            }
            assertEquals(500, count(sightings, Kind.FIRST));
            assertEquals(500, count(sightings, Kind.EARLY));
        }
    }

    private static Kind kind(GreylistStore store, GreylistKey key, Instant now) throws Exception {
        return Tries.get(store.record(key, Tries.at(now))).kind();
    }

    private static long count(List<Sighting> sightings, Kind kind) {
        return sightings.stream().filter(sighting -> sighting.kind() == kind).count();
    }

    /** Mostly about the length of a delay, sometimes to an edge, sometimes far, sometimes back. */
    private static long jump(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> Tries.DELAY.toMillis() - 1 + random.nextInt(3);
            case 2 -> Tries.WINDOW.toMillis() - 1 + random.nextInt(3);
            case 3 -> Tries.LIFETIME.toMillis() - 1 + random.nextInt(3);
            case 4 -> -random.nextInt(1_000_000);
            case 5 -> -(long) random.nextInt(1_000_000) * 1000;
            default -> random.nextInt(400_000);
        };
    }

    /** Mostly the usual settings; sometimes others, as after a restart with a new configuration. */
    private static Attempt attempt(Instant now, Random random) {
        if (random.nextInt(4) > 0) {
            return Tries.at(now);
        }
        Duration delay = Duration.ofMillis(1 + random.nextInt(600_000));
        return new Attempt(
                now,
                delay,
                delay.plusMillis(1 + random.nextInt(100_000_000)),
                Duration.ofMillis(1 + random.nextInt(1_000_000_000)));
    }
}
