// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * How much heap the store in memory takes for ten million triplets, and how long a try waits while all of them expire.
 * Not a test: run it by hand with {@code -Xmx1g}. Results in docs/BENCHMARKS.md.
 */
final class MemoryBench {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration WINDOW = Duration.ofDays(2);

    private MemoryBench() {}

    /** One argument: how many triplets; 10,000,000 without. */
    public static void main(String[] args) throws InterruptedException {
        int triplets = args.length == 0 ? 10_000_000 : Integer.parseInt(args[0]);
        InMemoryGreylistStore store = InMemoryGreylistStore.builder()
                .maxEntries(triplets + triplets / 10)
                .build();
        SplittableRandom random = new SplittableRandom(1);
        long began = System.nanoTime();
        for (int i = 0; i < triplets; i++) {
            join(store.record(key(random), attempt(NOON)));
        }
        print("filled with %d triplets in %.1f s", triplets, (System.nanoTime() - began) / 1e9);
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        print("heap used after a collection: %d MB, %.1f bytes a triplet", heap >> 20, (double) heap / triplets);

        Instant later = NOON.plus(WINDOW).plusSeconds(1);
        CountDownLatch swept = new CountDownLatch(1);
        Thread sweeper = new Thread(() -> {
            long removed = 0;
            long longest = 0;
            for (boolean complete = false; !complete; ) {
                long before = System.nanoTime();
                Swept slice = store.expire(later, 100_000, Duration.ofMillis(5))
                        .toCompletableFuture()
                        .join();
                longest = Math.max(longest, System.nanoTime() - before);
                removed += slice.removed();
                complete = slice.complete();
            }
            print("swept %d entries, the longest slice took %.1f ms", removed, longest / 1e6);
            swept.countDown();
        });
        long[] quiet = tries(store, random, later, 200_000, new CountDownLatch(1));
        sweeper.start();
        long[] during = tries(store, random, later, 2_000_000, swept);
        sweeper.join();
        print("a try without the sweep: p99 %.1f us, longest %.1f ms", at(quiet, 99) / 1e3, at(quiet, 100) / 1e6);
        print("a try beside the sweep:  p99 %.1f us, longest %.1f ms", at(during, 99) / 1e3, at(during, 100) / 1e6);
        store.close();
    }

    private static long[] tries(
            InMemoryGreylistStore store, SplittableRandom random, Instant now, int most, CountDownLatch end) {
        long[] times = new long[most];
        int count = 0;
        while (count < most && end.getCount() > 0) {
            GreylistKey key = key(random);
            long before = System.nanoTime();
            join(store.record(key, attempt(now)));
            times[count++] = System.nanoTime() - before;
        }
        long[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private static long at(long[] sorted, int percent) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) sorted.length * percent / 100)];
    }

    private static Attempt attempt(Instant now) {
        return new Attempt(now, Duration.ofMinutes(5), WINDOW, Duration.ofDays(35));
    }

    private static GreylistKey key(SplittableRandom random) {
        return new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
    }

    private static void join(java.util.concurrent.CompletionStage<?> stage) {
        stage.toCompletableFuture().join();
    }

    private static void print(String format, Object... args) {
        System.out.println(String.format(java.util.Locale.ROOT, format, args));
    }
}
