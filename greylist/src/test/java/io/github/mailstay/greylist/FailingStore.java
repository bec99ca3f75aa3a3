// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store that can be broken, in front of one that works. */
final class FailingStore implements GreylistStore {
    volatile boolean broken;
    private final GreylistStore store;

    FailingStore(GreylistStore store) {
        this.store = store;
    }

    private <T> CompletionStage<T> unlessBroken(Supplier<CompletionStage<T>> call) {
        return broken
                ? CompletableFuture.failedFuture(new StoreException(StoreException.Reason.FAILED, "gone"))
                : call.get();
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return unlessBroken(() -> store.record(key, attempt));
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        return unlessBroken(() -> store.tally(key, now, minGap, ttl));
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return unlessBroken(() -> store.find(key));
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return unlessBroken(() -> store.find(key));
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return unlessBroken(() -> store.forget(key));
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return unlessBroken(() -> store.forget(key));
    }

    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        return unlessBroken(() -> store.merge(rows));
    }

    @Override
    public CompletionStage<Page> list(Cursor from, int max) {
        return unlessBroken(() -> store.list(from, max));
    }

    @Override
    public CompletionStage<StoreStats> stats() {
        return unlessBroken(store::stats);
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        return unlessBroken(() -> store.expire(now, maxRows, budget));
    }

    @Override
    public void close() {
        store.close();
    }
}
