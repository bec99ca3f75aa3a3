// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a store must make of a whole visit: what looking, recording and counting come to one by one. */
public interface VisitContract extends StoreProvider {
    /** A deferred try is counted, one that passes ends the count, and without a counter nothing is counted. */
    @Test
    default void aDeferredTryIsCounted() throws Exception {
        try (GreylistStore store = open()) {
            CounterKey counter = new CounterKey("deferrals", Tries.key(7).tuple());
            Visit.Deferrals count = new Visit.Deferrals(counter, Duration.ofMinutes(1), Duration.ofDays(1));
            Visited first = Tries.get(store.visit(visit(Tries.NOON, Optional.empty(), Optional.of(count))));
            assertEquals(Sighting.Kind.FIRST, first.sighting().orElseThrow().kind());
            assertEquals(
                    Optional.of(new Tally(1, Tries.NOON, Tries.NOON, Tries.NOON.plus(Duration.ofDays(1)))),
                    first.deferrals());
            Instant second = Tries.NOON.plusSeconds(60);
            Visited early = Tries.get(store.visit(visit(second, Optional.empty(), Optional.of(count))));
            assertEquals(Sighting.Kind.EARLY, early.sighting().orElseThrow().kind());
            assertEquals(2, early.deferrals().orElseThrow().count());
            assertEquals(
                    Optional.empty(),
                    Tries.get(store.visit(visit(second, Optional.empty(), Optional.empty())))
                            .deferrals());
            Visited passed =
                    Tries.get(store.visit(visit(Tries.NOON.plus(Tries.DELAY), Optional.empty(), Optional.of(count))));
            assertEquals(Sighting.Kind.PASSED, passed.sighting().orElseThrow().kind());
            assertEquals(Optional.empty(), passed.deferrals());
            assertEquals(Optional.empty(), Tries.get(store.find(counter)), "the mail has passed");
        }
    }

    /** A client with enough passes that still count is trusted, and nothing is recorded. */
    @Test
    default void aTrustedClientLeavesNoEntry() throws Exception {
        try (GreylistStore store = open()) {
            CounterKey passes = new CounterKey("passes", Tries.key(1).client());
            Duration hour = Duration.ofHours(1);
            Optional<Visit.Trust> trust = Optional.of(new Visit.Trust(passes, 2));
            Tries.get(store.tally(passes, Tries.NOON, Duration.ZERO, hour));
            Visit once = visit(Tries.NOON, trust, Optional.empty());
            assertEquals(
                    Sighting.Kind.FIRST,
                    Tries.get(store.visit(once)).sighting().orElseThrow().kind());
            Tries.get(store.forget(once.key()));
            Tries.get(store.tally(passes, Tries.NOON, Duration.ZERO, hour));
            CounterKey counter = new CounterKey("deferrals", Tries.key(7).tuple());
            Visit.Deferrals count = new Visit.Deferrals(counter, Duration.ofMinutes(1), Duration.ofDays(1));
            Tries.get(store.tally(counter, Tries.NOON, Duration.ZERO, hour));
            assertEquals(Visited.TRUSTED, Tries.get(store.visit(visit(Tries.NOON, trust, Optional.of(count)))));
            assertEquals(Optional.empty(), Tries.get(store.find(counter)), "the mail has passed");
            Instant last = Tries.NOON.plus(hour);
            assertEquals(Visited.TRUSTED, Tries.get(store.visit(visit(last, trust, Optional.empty()))));
            assertEquals(Optional.empty(), Tries.get(store.find(once.key())));
            Visited expired = Tries.get(store.visit(visit(last.plusMillis(1), trust, Optional.empty())));
            assertEquals(Sighting.Kind.FIRST, expired.sighting().orElseThrow().kind());
        }
    }

    /** A trusted client changes no entry that is there, and makes no counter. */
    @Test
    default void aTrustedClientChangesNothing() throws Exception {
        try (GreylistStore store = open()) {
            CounterKey passes = new CounterKey("passes", Tries.key(1).client());
            Tries.get(store.tally(passes, Tries.NOON, Duration.ZERO, Duration.ofDays(1)));
            Sighting first = Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
            Visit.Deferrals count = count(7);
            Visit visit = visit(Tries.NOON.plusSeconds(1), Optional.of(new Visit.Trust(passes, 1)), Optional.of(count));
            assertEquals(Visited.TRUSTED, Tries.get(store.visit(visit)));
            assertEquals(Optional.of(first.entry()), Tries.get(store.find(visit.key())));
            assertEquals(Optional.empty(), Tries.get(store.find(count.counter())));
            assertEquals(new StoreStats(1, 0, 1), Tries.get(store.stats()));
        }
    }

    /** A mail that passes and was never counted leaves no counter behind. */
    @Test
    default void aPassMakesNoCounter() throws Exception {
        try (GreylistStore store = open()) {
            Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
            for (Sighting.Kind kind : List.of(Sighting.Kind.PASSED, Sighting.Kind.KNOWN)) {
                Visited passed = Tries.get(
                        store.visit(visit(Tries.NOON.plus(Tries.DELAY), Optional.empty(), Optional.of(count(7)))));
                assertEquals(kind, passed.sighting().orElseThrow().kind());
                assertEquals(Optional.empty(), passed.deferrals());
            }
            assertEquals(new StoreStats(1, 1, 0), Tries.get(store.stats()));
        }
    }

    /** Of visits of one triplet at once, one is the first, and each is counted. */
    @Test
    default void visitsOfOneKeyAtOnce() throws Exception {
        try (GreylistStore store = open()) {
            List<CompletionStage<Visited>> answers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                answers.add(store.visit(visit(Tries.NOON, Optional.empty(), Optional.of(count(i % 2)))));
            }
            Set<Long> tries = new TreeSet<>();
            List<Long> counts = new ArrayList<>();
            for (CompletionStage<Visited> answer : answers) {
                Visited visited = Tries.get(answer);
                tries.add(visited.sighting().orElseThrow().entry().tries());
                counts.add(visited.deferrals().orElseThrow().count());
            }
            assertEquals(upTo(40), new ArrayList<>(tries));
            counts.sort(null);
            assertEquals(twice(upTo(20)), counts);
        }
    }

    /** One mail that comes from many clients at once is counted for each; where it passes at once, the count ends. */
    @Test
    default void visitsOfOneMailFromManyClientsAtOnce() throws Exception {
        try (GreylistStore store = open()) {
            List<CompletionStage<Visited>> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                answers.add(store.visit(visit(i, Tries.NOON, count(7))));
            }
            Set<Long> counts = new TreeSet<>();
            for (CompletionStage<Visited> answer : answers) {
                Visited visited = Tries.get(answer);
                assertEquals(
                        Sighting.Kind.FIRST, visited.sighting().orElseThrow().kind());
                counts.add(visited.deferrals().orElseThrow().count());
            }
            assertEquals(upTo(30), new ArrayList<>(counts));
            answers.clear();
            for (int i = 0; i < 30; i++) {
                answers.add(store.visit(visit(i, Tries.NOON.plus(Tries.DELAY), count(7))));
            }
            for (CompletionStage<Visited> answer : answers) {
                assertEquals(Optional.empty(), Tries.get(answer).deferrals());
            }
            assertEquals(new StoreStats(30, 30, 0), Tries.get(store.stats()));
        }
    }

    /** Mail that passes and mail that does not, with delays of their own and beside other calls, do not mix. */
    @Test
    default void visitsOfManyKindsAtOnce() throws Exception {
        try (GreylistStore store = open()) {
            Instant later = Tries.NOON.plus(Tries.DELAY);
            for (int i = 0; i < 60; i += 2) {
                Tries.get(store.visit(visit(i, Tries.NOON, count(i))));
            }
            List<CompletionStage<Visited>> answers = new ArrayList<>();
            List<CompletionStage<?>> others = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Duration delay = i % 3 == 0 ? Tries.DELAY.plusMillis(1) : Tries.DELAY;
                Attempt attempt = new Attempt(later, delay, Tries.WINDOW, Tries.LIFETIME);
                answers.add(store.visit(new Visit(Tries.key(i), attempt, Optional.empty(), Optional.of(count(i)))));
                others.add(store.record(Tries.key(1000 + i), Tries.at(later)));
                others.add(store.tally(count(1000 + i).counter(), later, Duration.ZERO, Duration.ofDays(1)));
            }
            for (CompletionStage<?> other : others) {
                Tries.get(other);
            }
            for (int i = 0; i < 60; i++) {
                Visited visited = Tries.get(answers.get(i));
                boolean again = i % 2 == 0;
                boolean passes = again && i % 3 != 0;
                Sighting.Kind kind = passes ? Sighting.Kind.PASSED : again ? Sighting.Kind.EARLY : Sighting.Kind.FIRST;
                assertEquals(kind, visited.sighting().orElseThrow().kind(), "visit " + i);
                Optional<Tally> counted = Tries.get(store.find(count(i).counter()));
                assertEquals(visited.deferrals(), counted, "visit " + i);
                assertEquals(
                        passes ? 0 : again ? 2 : 1, counted.map(Tally::count).orElse(0L), "visit " + i);
            }
        }
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static List<Long> twice(List<Long> sorted) {
        return sorted.stream().flatMap(each -> Stream.of(each, each)).toList();
    }

    /** Counts each deferral of this mail. */
    private static Visit.Deferrals count(long mail) {
        CounterKey counter = new CounterKey("deferrals", Tries.key(-1 - mail).tuple());
        return new Visit.Deferrals(counter, Duration.ZERO, Duration.ofDays(1));
    }

    private static Visit visit(long key, Instant now, Visit.Deferrals count) {
        return new Visit(Tries.key(key), Tries.at(now), Optional.empty(), Optional.of(count));
    }

    private static Visit visit(Instant now, Optional<Visit.Trust> trust, Optional<Visit.Deferrals> deferrals) {
        return new Visit(Tries.key(1), Tries.at(now), trust, deferrals);
    }
}
