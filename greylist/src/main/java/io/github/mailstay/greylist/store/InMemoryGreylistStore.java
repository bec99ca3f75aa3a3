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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A store that remembers until the process ends: for one host that may forget, and for tests. Thread-safe; every stage
 * is complete when it is returned, and {@link #close} has nothing to wait for.
 *
 * <p>It is bounded: beyond {@code maxEntries} triplets (or as many counters) the one least recently tried is forgotten
 * for each new one. About 250 bytes of heap a triplet.
 */
public final class InMemoryGreylistStore implements GreylistStore {
    /** How many rows a sweep examines between two looks at its time budget. */
    private static final int SLICE = 500;

    private final LruStripes<Hash128, Page.Row> entries;
    private final LruStripes<CounterKey, Tally> counters;
    // Sweeps come one after the other; whoever breaks that rule waits here, and nobody else does.
    private final Object sweeping = new Object();
    private boolean sweepingCounters;
    private volatile boolean closed;

    private InMemoryGreylistStore(Builder builder) {
        entries = new LruStripes<>(
                builder.maxEntries, Hash128::high, row -> row.entry().expiresAt());
        counters = new LruStripes<>(builder.maxEntries, key -> key.hash().high(), Tally::expiresAt);
    }

    /** A builder with the usual bound. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return answer(() -> {
            Page.Row row = entries.update(key.tuple(), known -> {
                GreylistEntry entry = known == null ? null : known.entry();
                return new Page.Row(key, GreylistRules.next(entry, attempt).entry());
            });
            return Sighting.of(row.entry(), attempt);
        });
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        Tally.checkTimes(minGap, ttl);
        return answer(() -> counters.update(key, known -> Tally.next(known, now, minGap, ttl)));
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return answer(() -> Optional.ofNullable(entries.get(key.tuple())).map(Page.Row::entry));
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return answer(() -> Optional.ofNullable(counters.get(key)));
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return answer(() -> entries.remove(key.tuple()));
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return answer(() -> counters.remove(key));
    }

    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        if (rows.size() > MAX_PAGE) {
            throw new IllegalArgumentException(rows.size() + " rows are more than " + MAX_PAGE);
        }
        return answer(() -> {
            int unknown = 0;
            for (Page.Row row : rows) {
                boolean[] isNew = new boolean[1];
                entries.update(row.key().tuple(), known -> {
                    isNew[0] = known == null;
                    GreylistEntry entry = known == null ? null : known.entry();
                    return new Page.Row(row.key(), GreylistRules.merge(entry, row.entry()));
                });
                unknown += isNew[0] ? 1 : 0;
            }
            return unknown;
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
        for (int stripe = first; stripe < entries.stripeCount() && rows.size() <= max; stripe++) {
            entries.copy(stripe).stream()
                    .filter(row -> after.isEmpty() || row.getKey().compareTo(after.get()) > 0)
                    .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                    .limit(max + 1L - rows.size())
                    .forEach(row -> rows.add(row.getValue()));
        }
        if (rows.size() <= max) {
            return new Page(rows, Optional.empty());
        }
        List<Page.Row> page = rows.subList(0, max);
        return new Page(page, Optional.of(Cursor.after(page.get(max - 1).key().tuple())));
    }

    @Override
    public CompletionStage<StoreStats> stats() {
        return answer(() -> {
            long all = 0;
            long passed = 0;
            long tallies = 0;
            for (int stripe = 0; stripe < entries.stripeCount(); stripe++) {
                List<Map.Entry<Hash128, Page.Row>> rows = entries.copy(stripe);
                all += rows.size();
                passed += rows.stream()
                        .filter(row -> row.getValue().entry().hasPassed())
                        .count();
                tallies += counters.copy(stripe).size();
            }
            return new StoreStats(all, passed, tallies);
        });
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", not at least 1");
        }
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("budget is " + budget + ", not above zero");
        }
        Instant at = now.truncatedTo(ChronoUnit.MILLIS);
        return answer(() -> {
            synchronized (sweeping) {
                return sweep(at, maxRows, System.nanoTime() + budget.toNanos());
            }
        });
    }

    private Swept sweep(Instant now, int maxRows, long until) {
        long examined = 0;
        long removed = 0;
        do {
            LruStripes<?, ?> map = sweepingCounters ? counters : entries;
            Swept slice = map.sweep(now, (int) Math.min(SLICE, maxRows - examined));
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
