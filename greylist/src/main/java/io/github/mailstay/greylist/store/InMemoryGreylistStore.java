// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that remembers until the process ends: for one host that may forget, and for tests. Thread-safe; every stage
 * is complete when it is returned, and {@link #close} has nothing to wait for.
 *
 * <p>It is bounded: beyond {@code maxEntries} triplets (or as many counters) the one least recently tried is forgotten
 * for each new one. About 80 bytes of heap a triplet, and as much a counter. Counts stop at 2^31 - 1.
 */
public final class InMemoryGreylistStore implements GreylistStore {
    /** How many rows a sweep examines between two looks at its time budget. */
    private static final int SLICE = 500;

    private static final int MAX_PURPOSES = 1000;

    private final Stripes<EntryTable> entries;
    private final Stripes<CounterTable> counters;
    /** Numbers for the purposes of counters: few, and chosen by programs. */
    private final Map<String, Integer> purposes = new ConcurrentHashMap<>();
    // Sweeps come one after the other; whoever breaks that rule waits here, and nobody else does.
    private final Object sweeping = new Object();
    private boolean sweepingCounters;
    private volatile boolean closed;

    private InMemoryGreylistStore(Builder builder) {
        entries = new Stripes<>(builder.maxEntries, EntryTable::new);
        counters = new Stripes<>(builder.maxEntries, CounterTable::new);
    }

    /** A builder with the usual bound. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return answer(() -> Sighting.of(
                update(key, known -> GreylistRules.next(known, attempt).entry()), attempt));
    }

    private GreylistEntry update(GreylistKey key, Function<@Nullable GreylistEntry, GreylistEntry> change) {
        return entries.with(key.tuple().high(), table -> table.update(key, change));
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        Tally.checkTimes(minGap, ttl);
        return answer(() -> with(
                key,
                (table, purpose) -> table.update(key.hash(), purpose, known -> Tally.next(known, now, minGap, ttl))));
    }

    private <R> R with(CounterKey key, BiFunction<CounterTable, Integer, R> work) {
        Integer known = purposes.get(key.purpose());
        int purpose = known == null ? newPurpose(key.purpose()) : known;
        return counters.with(key.hash().high(), table -> work.apply(table, purpose));
    }

    private synchronized int newPurpose(String purpose) {
        if (purposes.size() >= MAX_PURPOSES) {
            throw new IllegalArgumentException("counters have more than " + MAX_PURPOSES + " purposes");
        }
        return purposes.computeIfAbsent(purpose, name -> purposes.size());
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return answer(() -> entries.with(key.tuple().high(), table -> table.find(key.tuple())));
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return answer(() -> with(key, (table, purpose) -> table.find(key.hash(), purpose)));
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return answer(() -> entries.with(key.tuple().high(), table -> table.remove(key.tuple())));
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return answer(() -> with(key, (table, purpose) -> table.remove(key.hash(), purpose)));
    }

    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        if (rows.size() > MAX_PAGE) {
            throw new IllegalArgumentException(rows.size() + " rows are more than " + MAX_PAGE);
        }
        return answer(() -> {
            AtomicInteger unknown = new AtomicInteger();
            for (Page.Row row : rows) {
                update(row.key(), known -> {
                    unknown.addAndGet(known == null ? 1 : 0);
                    return GreylistRules.merge(known, row.entry());
                });
            }
            return unknown.get();
        });
    }

    @Override
    public CompletionStage<Page> list(Cursor from, int max) {
        if (max < 1 || max > MAX_PAGE) {
            throw new IllegalArgumentException("max is " + max + ", not within 1 and " + MAX_PAGE);
        }
        Optional<Hash128> after = from.tuple();
        return answer(() -> page(after, max));
    }

    private Page page(Optional<Hash128> after, int max) {
        List<Page.Row> rows = new ArrayList<>();
        int first = after.map(tuple -> entries.index(tuple.high())).orElse(0);
        for (int i = first; i < entries.count() && rows.size() <= max; i++) {
            long room = max + 1L - rows.size();
            rows.addAll(entries.at(i, table -> table.rows(after, room)));
        }
        if (rows.size() <= max) {
            return new Page(rows, Optional.empty());
        }
        List<Page.Row> page = rows.subList(0, max);
        return new Page(page, Optional.of(Cursor.after(page.get(max - 1).key().tuple())));
    }

    @Override
    public CompletionStage<StoreStats> stats() {
        return answer(() -> new StoreStats(
                entries.sum(EntryTable::size), entries.sum(EntryTable::passed), counters.sum(CounterTable::size)));
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", not at least 1");
        }
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("budget is " + budget + ", not above zero");
        }
        return answer(() -> {
            synchronized (sweeping) {
                return sweep(now.toEpochMilli(), maxRows, System.nanoTime() + budget.toNanos());
            }
        });
    }

    private Swept sweep(long now, int maxRows, long until) {
        long examined = 0;
        long removed = 0;
        do {
            int rows = (int) Math.min(SLICE, maxRows - examined);
            Swept slice = sweepingCounters
                    ? counters.sweep(rows, (table, slot, most) -> table.sweep(now, slot, most))
                    : entries.sweep(rows, (table, slot, most) -> table.sweep(now, slot, most));
            examined += slice.examined();
            removed += slice.removed();
            if (slice.complete()) {
                sweepingCounters = !sweepingCounters;
                if (!sweepingCounters) {
                    return new Swept(examined, removed, true);
                }
            }
        } while (examined < maxRows && System.nanoTime() - until < 0);
        return new Swept(examined, removed, false);
    }

    @Override
    public void close() {
        closed = true;
    }

    private <T> CompletionStage<T> answer(Supplier<T> work) {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new StoreException(StoreException.Reason.CLOSED, "the greylist store is closed"));
        }
        return CompletableFuture.completedFuture(work.get());
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private int maxEntries = 1_000_000;

        private Builder() {}

        /**
         * How many triplets, and how many counters, are remembered at most; 1,000,000 unless set.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder maxEntries(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("maxEntries is " + value + ", not at least 1");
            }
            maxEntries = value;
            return this;
        }

        /** The store. */
        public InMemoryGreylistStore build() {
            return new InMemoryGreylistStore(this);
        }
    }
}
