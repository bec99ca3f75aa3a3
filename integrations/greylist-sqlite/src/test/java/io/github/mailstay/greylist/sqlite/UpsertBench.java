// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.Swept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A program that measures durable first tries a second: {@code UpsertBench DIRECTORY CALLERS SECONDS ROWS}. The callers
 * are a closed loop, each with one call on its way, played by one thread as by a selector loop. {@code ROWS} are put in
 * first.
 */
final class UpsertBench {
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private UpsertBench() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int callers = Integer.parseInt(args[1]);
        int seconds = Integer.parseInt(args[2]);
        long rows = Long.parseLong(args[3]);
        Path file = Files.createTempDirectory(directory, "bench").resolve("greylist.db");
        try (SqliteGreylistStore store =
                SqliteGreylistStore.builder(file, "0123456789abcdef").open()) {
            if (rows > 0) {
                report("fill", store, 1000, rows, Long.MAX_VALUE / 2);
            }
            for (int round = 0; round < 3; round++) {
                report("run " + round, store, callers, Long.MAX_VALUE, seconds * 1_000_000_000L);
            }
            long started = System.nanoTime();
            System.out.println(store.stats().toCompletableFuture().join() + " in "
                    + (System.nanoTime() - started) / 1_000_000 + " ms");
            sweep(store);
            System.out.println("rss "
                    + Files.readString(Path.of("/proc/self/status"))
                            .lines()
                            .filter(line -> line.startsWith("VmRSS"))
                            .toList());
        }
        System.out.println(Files.size(file) + " bytes after close");
    }

    private static void report(String name, SqliteGreylistStore store, int callers, long limit, long nanos)
            throws InterruptedException {
        BlockingQueue<Long> free = new LinkedBlockingQueue<>();
        long started = System.nanoTime();
        for (int i = 0; i < callers; i++) {
            free.add(0L);
        }
        long done = 0;
        long worst = 0;
        while (done < limit && System.nanoTime() - started < nanos) {
            worst = Math.max(worst, free.take());
            done++;
            long asked = System.nanoTime();
            var unused = store.record(key(), attempt())
                    .whenComplete((sighting, failure) -> free.add(System.nanoTime() - asked));
        }
        for (int i = 0; i < callers; i++) {
            free.take();
        }
        long took = System.nanoTime() - started;
        System.out.printf("%s: %.0f/s, worst %d ms%n", name, done * 1e9 / took, worst / 1_000_000);
    }

    private static void sweep(SqliteGreylistStore store) {
        long started = System.nanoTime();
        long worst = 0;
        long examined = 0;
        for (Swept swept = new Swept(0, 0, false); !swept.complete(); examined += swept.examined()) {
            long asked = System.nanoTime();
            swept = store.expire(Instant.now(), 3000, Duration.ofMillis(5))
                    .toCompletableFuture()
                    .join();
            worst = Math.max(worst, System.nanoTime() - asked);
        }
        System.out.printf(
                "sweep: %d rows in %d ms, worst slice %.1f ms%n",
                examined, (System.nanoTime() - started) / 1_000_000, worst / 1e6);
    }

    private static Attempt attempt() {
        return new Attempt(Instant.now(), Duration.ofMinutes(5), Duration.ofDays(2), Duration.ofDays(35));
    }

    private static GreylistKey key() {
        return new GreylistKey(hash(), hash());
    }

    private static Hash128 hash() {
        return new Hash128(RANDOM.nextLong(), RANDOM.nextLong());
    }
}
