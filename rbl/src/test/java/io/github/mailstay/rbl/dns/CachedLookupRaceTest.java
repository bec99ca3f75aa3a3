// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads on one cache. */
@Timeout(120)
class CachedLookupRaceTest {
    private static final int THREADS = 16;
    private static final int ROUNDS = 500;
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final DnsAnswer LISTED = FakeDns.listed(Duration.ofSeconds(60), "127.0.0.2");

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** Whether the answer is there at once, comes from another thread, or at some moment in between. */
    @Test
    void oneNameIsAskedForOnceHoweverManyAsk() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CachedLookup lookup = CachedLookup.builder((name, deadline) -> {
                    asked.incrementAndGet();
                    return name.startsWith("0")
                            ? CompletableFuture.completedStage(LISTED)
                            : CompletableFuture.supplyAsync(() -> LISTED);
                })
                .build();
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            boolean cancels = i % 4 == 0;
            done.add(threads.submit(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    barrier.await(60, TimeUnit.SECONDS);
                    CompletableFuture<DnsAnswer> answer = lookup.lookup(
                                    round % 2 + "." + round + ".test.", Deadline.in(LONG))
                            .toCompletableFuture();
                    if (cancels) {
                        answer.cancel(true);
                    } else {
                        assertThat(answer.get(30, TimeUnit.SECONDS)).isSameAs(LISTED);
                    }
                }
                return null;
            }));
        }
        for (Future<?> one : done) {
            one.get(100, TimeUnit.SECONDS);
        }

        assertThat(asked).hasValue(ROUNDS);
        CacheCounts counts = lookup.counts();
        assertThat(counts.asked()).isEqualTo(ROUNDS);
        assertThat(counts.asked() + counts.joined() + counts.cached()).isEqualTo((long) THREADS * ROUNDS);
    }

    @Test
    void manyWhoJoinGetTheOneAnswer() throws Exception {
        FakeDns dns = new FakeDns();
        CachedLookup lookup = CachedLookup.builder(dns).build();
        List<CompletableFuture<DnsAnswer>> answers = new CopyOnWriteArrayList<>();
        List<Future<?>> asking = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            asking.add(threads.submit(() -> {
                answers.add(lookup.lookup("one.test.", Deadline.in(LONG)).toCompletableFuture());
            }));
        }
        for (Future<?> one : asking) {
            one.get(30, TimeUnit.SECONDS);
        }
        assertThat(dns.asked()).isEqualTo(1);
        assertThat(answers).noneMatch(CompletableFuture::isDone).doesNotHaveDuplicates();

        dns.answer(LISTED);

        assertThat(answers).allSatisfy(answer -> assertThat(answer.getNow(null)).isSameAs(LISTED));
        assertThat(lookup.counts()).isEqualTo(new CacheCounts(1, 199, 0));
    }
}
