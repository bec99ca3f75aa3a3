// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
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

    private static Visit visit(Instant now, Optional<Visit.Trust> trust, Optional<Visit.Deferrals> deferrals) {
        return new Visit(Tries.key(1), Tries.at(now), trust, deferrals);
    }
}
