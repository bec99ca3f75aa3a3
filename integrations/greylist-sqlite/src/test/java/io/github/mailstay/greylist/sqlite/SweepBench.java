// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.Swept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * A program that measures what a sweep does to tries: {@code SweepBench DIRECTORY ROWS SLICE}. It fills in expired
 * entries, tells bytes a row and the cost of a find, and then the latency of single tries without and with a sweep whose
 * slices of at most {@code SLICE} rows come every 20 ms.
 */
final class SweepBench {
    private static final SplittableRandom RANDOM = new SplittableRandom(1);
    private static final Instant PAST = Instant.parse("2026-01-01T00:00:00Z");

    private SweepBench() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int rows = Integer.parseInt(args[1]);
        int slice = Integer.parseInt(args[2]);
        Path file = Files.createTempDirectory(Path.of(args[0]), "sweep").resolve("greylist.db");
        SqliteGreylistStore.builder(file, "0123456789abcdef").open().close();
        try (SqliteGreylistStore store =
                SqliteGreylistStore.builder(file, "0123456789abcdef").open()) {
            for (int i = 0; i < rows; i += 10_000) {
                List<Page.Row> page = new ArrayList<>();
                for (int j = 0; j < 10_000; j++) {
                    page.add(new Page.Row(key(), new GreylistEntry(PAST, PAST, PAST.plusSeconds(172_800), 1, 0)));
                }
                store.merge(page).toCompletableFuture().join();
            }
        }
        System.out.println((double) Files.size(file) / rows + " bytes a row");
        long opening = System.nanoTime();
        try (SqliteGreylistStore store =
                SqliteGreylistStore.builder(file, "0123456789abcdef").open()) {
            System.out.println("opened in " + (System.nanoTime() - opening) / 1e6 + " ms");
            find(store);
            find(store);
            tries("warm", store, 3, 0);
            tries("without", store, 8, 0);
            tries("with", store, 60, slice);
        }
    }

    private static void find(SqliteGreylistStore store) {
        int count = 50_000;
        long started = System.nanoTime();
        for (int i = 0; i < count; i++) {
            store.find(key()).toCompletableFuture().join();
        }
        double single = (System.nanoTime() - started) / 1e3 / count;
        started = System.nanoTime();
        for (int i = 0; i < count; i += 5000) {
            List<CompletableFuture<?>> answers = new ArrayList<>();
            for (int j = 0; j < 5000; j++) {
                answers.add(store.find(key()).toCompletableFuture());
            }
            answers.forEach(CompletableFuture::join);
        }
        System.out.printf(
                "find: %.1f us one by one, %.1f us in a crowd%n", single, (System.nanoTime() - started) / 1e3 / count);
    }

    private static void tries(String name, SqliteGreylistStore store, int seconds, int slice) throws Exception {
        List<Long> latencies = new ArrayList<>();
        List<Long> slices = new ArrayList<>();
        CompletableFuture<Swept> sweep = CompletableFuture.completedFuture(new Swept(0, 0, false));
        long started = System.nanoTime();
        long next = started;
        while (System.nanoTime() - started < seconds * 1_000_000_000L) {
            if (slice > 0 && sweep.isDone() && System.nanoTime() > next) {
                if (sweep.join().complete()) {
                    break;
                }
                long asked = System.nanoTime();
                next = asked + 20_000_000;
                sweep = store.expire(Instant.now(), slice, Duration.ofMillis(5)).toCompletableFuture();
                var unused = sweep.thenRun(() -> slices.add(System.nanoTime() - asked));
            }
            long asked = System.nanoTime();
            store.record(key(), new Attempt(Instant.now(), Stored.DELAY, Duration.ofDays(2), Duration.ofDays(35)))
                    .toCompletableFuture()
                    .join();
            latencies.add(System.nanoTime() - asked);
            Thread.sleep(1);
        }
        sweep.join();
        System.out.println(name + ": tries " + describe(latencies) + "; slices " + describe(slices));
    }

    private static String describe(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        if (sorted.length == 0) {
            return "none";
        }
        return sorted.length + ", p50/p99/worst ms " + sorted[sorted.length / 2] / 1e6 + "/"
                + sorted[sorted.length * 99 / 100] / 1e6 + "/"
                + Arrays.stream(sorted).max().orElse(0) / 1e6;
    }

    private static GreylistKey key() {
        return new GreylistKey(hash(), hash());
    }

    private static Hash128 hash() {
        return new Hash128(RANDOM.nextLong(), RANDOM.nextLong());
    }
}
