// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreStats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a store must show: single entries, all of them page by page, and how many there are. */
public interface ListingContract extends StoreProvider {
    /** To look changes nothing. */
    @Test
    default void findChangesNothing() throws Exception {
        try (GreylistStore store = open()) {
            assertEquals(Optional.empty(), Tries.get(store.find(Tries.key(1))));
            GreylistEntry entry =
                    Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON))).entry();
            assertEquals(Optional.of(entry), Tries.get(store.find(Tries.key(1))));
            assertEquals(Optional.of(entry), Tries.get(store.find(Tries.key(1))));
            assertEquals(Optional.empty(), Tries.get(store.find(Tries.key(2))));
        }
    }

    /** An empty store has one empty page. */
    @Test
    default void nothingIsOneEmptyPage() throws Exception {
        try (GreylistStore store = open()) {
            assertEquals(List.of(), walk(store, 10));
        }
    }

    /** Whatever the length of the pages, together they are all entries, each once, in the order of the tuple hash. */
    @Test
    default void pagesAreCompleteAndInOrder() throws Exception {
        try (GreylistStore store = open()) {
            List<Page.Row> expected = fill(store, 300);
            expected.sort(Comparator.comparing(row -> row.key().tuple()));
            for (int max : new int[] {1, 7, 100, 299, 300, 301, GreylistStore.MAX_PAGE}) {
                List<Page.Row> walked = walk(store, max);
                if (!isOrdered()) {
                    walked = new ArrayList<>(new HashSet<>(walked));
                    walked.sort(Comparator.comparing(row -> row.key().tuple()));
                }
                assertEquals(expected, walked, "pages of " + max);
            }
        }
    }

    /** What is there all the while is listed once, even while other entries come and pass. */
    @Test
    default void pagesAreStableWhileOthersCome() throws Exception {
        try (GreylistStore store = open()) {
            Set<GreylistKey> before = new HashSet<>();
            fill(store, 200).forEach(row -> before.add(row.key()));
            List<GreylistKey> seen = new ArrayList<>();
            Optional<Cursor> next = Optional.of(Cursor.START);
            int more = 200;
            while (next.isPresent()) {
                Page page = Tries.get(store.list(next.get(), 9));
                page.rows().forEach(row -> seen.add(row.key()));
                next = page.next();
                if (more < 400) {
                    Tries.get(store.record(Tries.key(more++), Tries.at(Tries.NOON)));
                    Tries.get(store.record(Tries.key(more % 200), Tries.at(Tries.NOON.plus(Tries.DELAY))));
                }
            }
            if (isOrdered()) {
                assertEquals(seen.size(), new HashSet<>(seen).size(), "an entry was listed twice");
            }
            assertTrue(seen.containsAll(before), "an entry was left out");
        }
    }

    /** Pages have at least one row and at most {@link GreylistStore#MAX_PAGE}. */
    @Test
    default void sillyPagesAreRefused() throws Exception {
        try (GreylistStore store = open()) {
            assertThrows(IllegalArgumentException.class, () -> store.list(Cursor.START, 0));
            assertThrows(IllegalArgumentException.class, () -> store.list(Cursor.START, GreylistStore.MAX_PAGE + 1));
        }
    }

    /** Statistics tell those that wait from those that passed. */
    @Test
    default void statisticsCount() throws Exception {
        try (GreylistStore store = open()) {
            assertEquals(new StoreStats(0, 0, 0), Tries.get(store.stats()));
            fill(store, 10);
            for (int i = 0; i < 4; i++) {
                Tries.get(store.record(Tries.key(i), Tries.at(Tries.NOON.plus(Tries.DELAY))));
            }
            assertEquals(new StoreStats(10, 4, 0), Tries.get(store.stats()));
            assertEquals(6, Tries.get(store.stats()).waiting());
        }
    }

    private static List<Page.Row> fill(GreylistStore store, int count) throws Exception {
        List<Page.Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            GreylistKey key = Tries.key(i);
            rows.add(new Page.Row(
                    key, Tries.get(store.record(key, Tries.at(Tries.NOON))).entry()));
        }
        return rows;
    }

    private List<Page.Row> walk(GreylistStore store, int max) throws Exception {
        List<Page.Row> rows = new ArrayList<>();
        Optional<Cursor> next = Optional.of(Cursor.START);
        for (int pages = 0; next.isPresent(); pages++) {
            assertTrue(pages < 1000, "the listing does not end");
            // As text, which is how a cursor travels.
            Page page = Tries.get(store.list(new Cursor(next.get().text()), max));
            if (isOrdered()) {
                assertTrue(page.rows().size() <= max, "a page is longer than asked for");
            }
            rows.addAll(page.rows());
            next = page.next();
        }
        return rows;
    }
}
