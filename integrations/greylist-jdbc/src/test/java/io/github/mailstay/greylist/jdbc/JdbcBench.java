// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.testkit.real.PostgresServer;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A program that measures durable first tries a second on a private PostgreSQL with {@code fsync=on}: {@code JdbcBench
 * CALLERS SECONDS}. The callers are a closed loop, each with one call on its way, played by one thread.
 */
final class JdbcBench {
    private JdbcBench() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int callers = Integer.parseInt(args[0]);
        long nanos = Long.parseLong(args[1]) * 1_000_000_000L;
        try (PostgresServer server = PostgresServer.builder().set("fsync", "on").start();
                TestSource source = Databases.fresh(server);
                JdbcGreylistStore store = Given.open(source)) {
            for (int round = 0; round < 3; round++) {
                Databases.execute(source, "TRUNCATE mailstay_entry");
                Databases.execute(source, "SELECT pg_stat_reset_shared('wal')");
                report(store, callers, nanos);
                System.out.println("  "
                        + Databases.query(source, "SELECT count(DISTINCT xmin::text) FROM mailstay_entry")
                        + " transactions, at most " + source.mostLent() + " connections");
            }
        }
    }

    private static void report(JdbcGreylistStore store, int callers, long nanos) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(System.nanoTime());
        BlockingQueue<Long> answered = new LinkedBlockingQueue<>();
        long[] latencies = new long[10_000_000];
        int count = 0;
        long begin = System.nanoTime();
        for (int i = 0; i < callers; i++) {
            call(store, random, answered);
        }
        while (System.nanoTime() - begin < nanos && count < latencies.length) {
            latencies[count++] = answered.take();
            call(store, random, answered);
        }
        long took = System.nanoTime() - begin;
        for (int i = 0; i < callers; i++) {
            answered.take();
        }
        Arrays.sort(latencies, 0, count);
        System.out.println(callers + " callers: " + Math.round(count * 1e9 / took) + "/s, median "
                + latencies[count / 2] / 1000 + " us, 99% within " + latencies[(int) (count * 0.99)] / 1000 + " us");
    }

    private static void call(JdbcGreylistStore store, SplittableRandom random, BlockingQueue<Long> answered) {
        GreylistKey key = new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
        long begin = System.nanoTime();
        var unused = store.record(key, Given.at(Instant.now()))
                .whenComplete((sighting, trouble) -> answered.add(System.nanoTime() - begin));
    }
}
