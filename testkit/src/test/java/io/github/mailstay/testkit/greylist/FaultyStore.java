// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The memory store, for tests that spoil one call of it. */
class FaultyStore implements GreylistStore {
    protected final GreylistStore store = InMemoryGreylistStore.builder().build();

    /** Puts this in the place of what is known. */
    protected final void replace(GreylistKey key, GreylistEntry entry) {
        store.forget(key);
        store.merge(List.of(new Page.Row(key, entry)));
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return store.record(key, attempt);
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        return store.tally(key, now, minGap, ttl);
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return store.find(key);
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return store.find(key);
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return store.forget(key);
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return store.forget(key);
    }

    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        return store.merge(rows);
    }

    @Override
    public CompletionStage<Page> list(Cursor from, int max) {
        return store.list(from, max);
    }

    @Override
    public CompletionStage<StoreStats> stats() {
        return store.stats();
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        return store.expire(now, maxRows, budget);
    }

    @Override
    public void close() {
        store.close();
    }
}
