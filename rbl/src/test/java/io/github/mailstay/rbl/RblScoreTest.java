// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsLookup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The law of the score. */
class RblScoreTest {
    /** One list and when it answers what; times of answers are odd, those of deadlines even: no ties. */
    record Scripted(int weight, DnsAnswer answer, int atMillis, int timeoutMillis) {}

    @Property
    void theScoreIsTheSumOverTheAnswersKnownAtTheDeadline(
            @ForAll("scripts") List<Scripted> scripts, @ForAll @IntRange(max = 60) int deadline) {
        int dueMillis = deadline * 2;
        TurnedTimer timer = new TurnedTimer();
        ManualLookup dns = new ManualLookup();
        RblCheck check = check(scripts, timer, dns);
        CompletableFuture<RblReport> report = check.report(
                        address("192.0.2.1"), timer.deadline(Duration.ofMillis(dueMillis)))
                .toCompletableFuture();

        int now = 0;
        for (int i : byTime(scripts)) {
            timer.turn(Duration.ofMillis(scripts.get(i).atMillis() - now));
            now = scripts.get(i).atMillis();
            if (dns.asked().size() == scripts.size()) {
                dns.answer("l" + i, scripts.get(i).answer());
            }
        }
        timer.turn(Duration.ofMillis(500));

        int expected = scripts.stream()
                .filter(s -> s.answer().equals(ManualLookup.LISTED))
                .filter(s -> s.atMillis() < Math.min(dueMillis, s.timeoutMillis()))
                .mapToInt(Scripted::weight)
                .sum();
        RblReport found = report.getNow(null);
        assertThat(found.score()).isEqualTo(expected);
        assertThat(found.entries()).hasSameSizeAs(scripts);
        for (int i = 0; i < scripts.size(); i++) {
            Scripted script = scripts.get(i);
            boolean known = script.atMillis() < Math.min(dueMillis, script.timeoutMillis());
            ListResult result = found.entries().get(i).result();
            if (known) {
                assertThat(result)
                        .hasToString(ReplyClassifierTest.classify(script.answer(), ReplyFilter.ANY)
                                .toString());
            } else {
                assertThat(result).isInstanceOf(ListResult.Unknown.class);
            }
        }
        assertThat(timer.waiting()).isZero();
    }

    /** Answers and deadline race on real threads: the report is one that some order of them explains, and it stays. */
    @Property(tries = 200)
    void aRaceOfAnswersAndDeadlineIsDecidedOnce(@ForAll("scripts") List<Scripted> scripts) throws Exception {
        TurnedTimer timer = new TurnedTimer();
        ManualLookup dns = new ManualLookup();
        RblCheck check = check(scripts, timer, dns);
        CompletableFuture<RblReport> report = check.report(address("192.0.2.1"), timer.deadline(Duration.ofMillis(1)))
                .toCompletableFuture();
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Runnable> racers = List.of(() -> timer.turn(Duration.ofMillis(1)), () -> {
                for (int i = 0; i < scripts.size(); i++) {
                    dns.answer("l" + i, scripts.get(i).answer());
                }
            });
            for (Runnable racer : racers) {
                threads.execute(() -> {
                    try {
                        go.await();
                        racer.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            go.countDown();
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        RblReport found = report.getNow(null);
        int score = 0;
        for (int i = 0; i < scripts.size(); i++) {
            ListResult result = found.entries().get(i).result();
            ListResult answered = ReplyClassifierTest.classify(scripts.get(i).answer(), ReplyFilter.ANY);
            assertThat(result.toString()).isIn(answered.toString(), "unknown=late");
            score += result instanceof ListResult.Listed ? scripts.get(i).weight() : 0;
        }
        assertThat(found.score()).isEqualTo(score);
        Map<String, ListCounts> counts = check.counts();
        assertThat(counts.values()).allMatch(count -> count.asked() == 1);
    }

    private static RblCheck check(List<Scripted> scripts, Timer timer, DnsLookup dns) {
        RblCheckBuilder check = RblCheck.builder().timer(timer).lookup(dns);
        for (int i = 0; i < scripts.size(); i++) {
            check.list(DnsList.builder()
                    .id("l" + i)
                    .zone("l" + i)
                    .weight(scripts.get(i).weight())
                    .timeout(Duration.ofMillis(scripts.get(i).timeoutMillis()))
                    .build());
        }
        return check.build();
    }

    private static List<Integer> byTime(List<Scripted> scripts) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < scripts.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingInt(i -> scripts.get(i).atMillis()));
        return order;
    }

    @Provide
    Arbitrary<List<Scripted>> scripts() {
        Arbitrary<Integer> weights = Arbitraries.integers().between(-5, 5).filter(w -> w != 0);
        Arbitrary<DnsAnswer> answers = Arbitraries.of(
                ManualLookup.LISTED,
                ManualLookup.LISTED,
                ManualLookup.NONE,
                ManualLookup.FAILED,
                ManualLookup.addresses("127.255.255.254"));
        Arbitrary<Integer> times = Arbitraries.integers().between(0, 60).map(t -> t * 2 + 1);
        Arbitrary<Integer> timeouts = Arbitraries.of(20, 60, 100, 2000);
        return Combinators.combine(weights, answers, times, timeouts)
                .as(Scripted::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }
}
