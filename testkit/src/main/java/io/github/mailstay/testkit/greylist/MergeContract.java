// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a store must do for an operator: forget an entry, and take entries over as {@link GreylistRules#merge} says. */
public interface MergeContract extends StoreProvider {
    /** A forgotten entry begins anew; its neighbours stay. */
    @Test
    default void aForgottenEntryBeginsAnew() throws Exception {
        try (GreylistStore store = open()) {
            assertFalse(Tries.get(store.forget(Tries.key(1))));
            Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
            Tries.get(store.record(Tries.key(2), Tries.at(Tries.NOON)));
            assertTrue(Tries.get(store.forget(Tries.key(1))));
            assertEquals(Optional.empty(), Tries.get(store.find(Tries.key(1))));
            assertTrue(Tries.get(store.find(Tries.key(2))).isPresent());
            Instant later = Tries.NOON.plus(Tries.DELAY);
            assertEquals(
                    Sighting.Kind.FIRST,
                    Tries.get(store.record(Tries.key(1), Tries.at(later))).kind());
            assertEquals(
                    Sighting.Kind.PASSED,
                    Tries.get(store.record(Tries.key(2), Tries.at(later))).kind());
        }
    }

    /** Law: whatever is merged, in whatever order and however often, each entry is what the rules make of all. */
    @Test
    default void anyMergeIsThatOfTheRules() throws Exception {
        for (long seed = 1; seed <= 10; seed++) {
            try (GreylistStore store = open()) {
                Random random = new Random(seed);
                Map<GreylistKey, GreylistEntry> reference = new HashMap<>();
                for (int step = 0; step < 20; step++) {
                    List<Page.Row> rows = new ArrayList<>();
                    int unknown = 0;
                    for (int i = 0; i < 1 + random.nextInt(20); i++) {
                        GreylistKey key = Tries.key(random.nextInt(30));
                        GreylistEntry entry = entry(random);
                        unknown += reference.containsKey(key) ? 0 : 1;
                        reference.merge(key, entry, GreylistRules::merge);
                        rows.add(new Page.Row(key, entry));
                    }
                    assertEquals(unknown, Tries.get(store.merge(rows)), "seed " + seed + ", step " + step);
                    assertFound(reference, store, "seed " + seed + ", step " + step);
                    List<Page.Row> again = new ArrayList<>();
                    reference.forEach((key, entry) -> again.add(new Page.Row(key, entry)));
                    Collections.shuffle(again, random);
                    assertEquals(0, Tries.get(store.merge(again)), "the same once more");
                    assertFound(reference, store, "the same once more, seed " + seed + ", step " + step);
                }
            }
        }
    }

    /** An entry that was taken over counts like one of the store's own. */
    @Test
    default void whatWasTakenOverCounts() throws Exception {
        try (GreylistStore store = open()) {
            GreylistEntry waiting = new GreylistEntry(Tries.NOON, Tries.NOON, Tries.NOON.plus(Tries.WINDOW), 1, 0);
            assertEquals(1, Tries.get(store.merge(List.of(new Page.Row(Tries.key(1), waiting)))));
            Sighting passed = Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON.plus(Tries.DELAY))));
            assertEquals(Sighting.Kind.PASSED, passed.kind());
            assertEquals(0, Tries.get(store.merge(List.of())));
        }
    }

    /** Too many rows are refused. */
    @Test
    default void tooManyRowsAreRefused() throws Exception {
        try (GreylistStore store = open()) {
            GreylistEntry entry = new GreylistEntry(Tries.NOON, Tries.NOON, Tries.NOON, 1, 0);
            List<Page.Row> rows = Collections.nCopies(GreylistStore.MAX_PAGE + 1, new Page.Row(Tries.key(1), entry));
            assertThrows(IllegalArgumentException.class, () -> store.merge(rows));
        }
    }

    private static GreylistEntry entry(Random random) {
        Instant first = Tries.NOON.plus(Duration.ofHours(random.nextInt(200)));
        Instant last = first.plus(Duration.ofMinutes(random.nextInt(600)));
        return new GreylistEntry(
                first,
                last,
                last.plus(Duration.ofHours(random.nextInt(100))),
                1 + random.nextInt(5),
                random.nextInt(3));
    }

    private static void assertFound(Map<GreylistKey, GreylistEntry> reference, GreylistStore store, String when)
            throws Exception {
        for (Map.Entry<GreylistKey, GreylistEntry> each : reference.entrySet()) {
            assertEquals(Optional.of(each.getValue()), Tries.get(store.find(each.getKey())), when);
        }
    }
}
