// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a store must do at its end, and a durable one behind it. */
public interface LifeContract extends StoreProvider {
    /** Whether what was remembered is there again in a store opened later. */
    default boolean isDurable() {
        return false;
    }

    /** Opens the store again that {@link #open} gave last and that was closed, with all that it held. */
    default GreylistStore reopen() throws Exception {
        throw new UnsupportedOperationException("isDurable() without reopen()");
    }

    /** To close twice is to close once. */
    @Test
    default void closeIsIdempotent() throws Exception {
        GreylistStore store = open();
        Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
        store.close();
        store.close();
    }

    /** After the end every call fails, and says so. */
    @Test
    default void callsAfterCloseFail() throws Exception {
        GreylistStore store = open();
        store.close();
        Tries.assertClosed(store.record(Tries.key(1), Tries.at(Tries.NOON)));
        Tries.assertClosed(
                store.tally(new CounterKey("x", Tries.key(1).client()), Tries.NOON, Duration.ZERO, Duration.ofDays(1)));
        Tries.assertClosed(store.find(Tries.key(1)));
        Tries.assertClosed(store.list(Cursor.START, 10));
        Tries.assertClosed(store.stats());
        Tries.assertClosed(store.expire(Tries.NOON, 10, Duration.ofSeconds(1)));
    }

    /** Whoever was accepted before the end gets an answer: the sighting, or that the store is closed. */
    @Test
    default void closeLeavesNobodyWaiting() throws Exception {
        GreylistStore store = open();
        List<CompletionStage<Sighting>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(store.record(Tries.key(i), Tries.at(Tries.NOON)));
        }
        store.close();
        for (CompletionStage<Sighting> answer : answers) {
            assertTrue(answer.toCompletableFuture().isDone(), "a call is still waiting");
            try {
                answer.toCompletableFuture().join();
            } catch (CompletionException e) {
                assertTrue(e.getCause() instanceof StoreException, () -> "failed with " + e.getCause());
            }
        }
    }

    /** A durable store goes on where it was. */
    @Test
    default void aDurableStoreRemembers() throws Exception {
        assumeTrue(isDurable(), "this store forgets at its end, by design");
        CounterKey counter = new CounterKey("x", Tries.key(1).client());
        try (GreylistStore store = open()) {
            Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON)));
            Tries.get(store.tally(counter, Tries.NOON, Duration.ZERO, Duration.ofDays(1)));
        }
        try (GreylistStore store = reopen()) {
            assertEquals(new StoreStats(1, 0, 1), Tries.get(store.stats()));
            Sighting sighting = Tries.get(store.record(Tries.key(1), Tries.at(Tries.NOON.plus(Tries.DELAY))));
            assertEquals(Sighting.Kind.PASSED, sighting.kind());
            assertEquals(
                    2,
                    Tries.get(store.tally(counter, Tries.NOON, Duration.ZERO, Duration.ofDays(1)))
                            .count());
        }
    }
}
