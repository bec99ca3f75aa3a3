// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.ManualLookup.FAILED;
import static io.github.mailstay.rbl.ManualLookup.LISTED;
import static io.github.mailstay.rbl.ManualLookup.NONE;
import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.dns.CachedLookup;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import io.github.mailstay.rbl.health.BreakerSettings;
import io.github.mailstay.rbl.health.ListHealth;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A list that does not answer: from when on it is not waited for, and how it comes back. */
@Timeout(60)
class DeadListTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final ManualLookup dns = new ManualLookup();
    private final TurnedTimer timer = new TurnedTimer();
    private final List<String> told = new ArrayList<>();
    private final RblCheckBuilder settings = RblCheck.builder()
            .lookup(dns)
            .timer(timer)
            .list(DnsList.builder().id("bl").zone("bl").build())
            .listener(new RblListener() {
                @Override
                public void healthChanged(String id, ListHealth before, ListHealth now) {
                    told.add(before.state() + " -> " + now);
                }
            });
    private int client;

    /** Asks about another client each time. */
    private CompletableFuture<RblReport> ask(RblCheck check) {
        return check.report(address("192.0.2." + ++client), timer.deadline(LONG))
                .toCompletableFuture();
    }

    private void answer(DnsAnswer answer) {
        dns.answerExactly(client + ".2.0.192.bl.", answer);
    }

    private void fail(RblCheck check, int times) {
        for (int i = 0; i < times; i++) {
            var unused = ask(check);
            answer(FAILED);
        }
    }

    @Test
    void fiveOfTheLastTenAndItIsUnknownAtOnceAndNotAsked() {
        RblCheck check = settings.build();
        fail(check, 4);
        assertThat(ask(check)).as("still waited for").isNotDone();
        answer(FAILED);

        int asked = dns.asked().size();
        CompletableFuture<RblReport> report = ask(check);
        assertThat(report.getNow(null).entries().get(0).result()).hasToString("unknown=dead");
        assertThat(dns.asked()).hasSize(asked);
        assertThat(told)
                .containsExactly("healthy -> degraded (servfail) for 0 s", "degraded -> dead (servfail) for 0 s");
    }

    @Test
    void aTrialIsAskedButNotWaitedForAndBringsItBack() {
        RblCheck check = settings.build();
        fail(check, 5);
        timer.turn(Duration.ofSeconds(5));
        for (int trial = 0; trial < 2; trial++) {
            int asked = dns.asked().size();
            assertThat(ask(check).getNow(null).unknown()).containsExactly("bl");
            assertThat(dns.asked()).hasSize(asked + 1);
            answer(NONE);
        }
        assertThat(Objects.requireNonNull(check.health().get("bl")).state()).isEqualTo(ListHealth.State.HEALTHY);
        CompletableFuture<RblReport> report = ask(check);
        answer(LISTED);
        assertThat(report.getNow(null).listed()).containsExactly("bl");
    }

    @Test
    void oneFailureIsOneHoweverManyHearOfIt() {
        RblCheck check = settings.cache(lookup -> CachedLookup.builder(lookup)
                        .failedTtl(Duration.ofSeconds(3))
                        .build())
                .build();
        List<CompletableFuture<RblReport>> reports = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            reports.add(check.report(address("192.0.2.1"), timer.deadline(LONG)).toCompletableFuture());
        }
        dns.answerExactly("1.2.0.192.bl.", FAILED);
        for (int i = 0; i < 20; i++) {
            reports.add(check.report(address("192.0.2.1"), timer.deadline(LONG)).toCompletableFuture());
        }

        assertThat(dns.asked()).hasSize(1);
        assertThat(reports).allMatch(report -> report.getNow(null).unknown().equals(List.of("bl")));
        assertThat(told).as("one timeout alone kills no list").isEmpty();
    }

    @Test
    void whoCannotWaitSaysNothingOfTheList() {
        RblCheck check = settings.build();
        for (int i = 0; i < 9; i++) {
            CompletableFuture<RblReport> report = check.report(
                            address("192.0.2." + ++client), timer.deadline(Duration.ofMillis(10)))
                    .toCompletableFuture();
            timer.turn(Duration.ofMillis(10));
            assertThat(report.getNow(null).entries().get(0).result()).hasToString("unknown=late");
            answer(NONE);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void troubleOfOurOwnSaysNothingOfTheList() {
        RblCheck check = settings.build();
        for (int i = 0; i < 20; i++) {
            var unused = ask(check);
            answer(new DnsAnswer.Failed(i % 2 == 0 ? "busy" : "closed"));
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aListThatRefusesWithACodeIsInTroubleToo() {
        RblCheck check = settings.build();
        for (int i = 0; i < 5; i++) {
            var unused = ask(check);
            answer(ManualLookup.addresses("127.255.255.254"));
        }
        assertThat(told).last().isEqualTo("degraded -> dead (error-code:127.255.255.254) for 0 s");
    }

    @Test
    void overTheWireASilentListIsLeftAloneAndFoundAgain() throws Exception {
        try (ScriptedDnsServer server = ScriptedDnsServer.start();
                DnsJavaLookup lookup = DnsJavaLookup.builder()
                        .resolvers(List.of(server.address()))
                        .build()) {
            server.zone("bl.test", DnsReply.silent()).zone("good.test", DnsReply.addresses("127.0.0.2"));
            Duration pause = Duration.ofMillis(100);
            RblCheck check = RblCheck.builder()
                    .lookup(lookup)
                    .breaker(new BreakerSettings(3, 5, pause, pause, 1))
                    .list(DnsList.builder()
                            .id("bl")
                            .zone("bl.test")
                            .timeout(pause)
                            .build())
                    .list(DnsList.builder().id("good").zone("good.test").build())
                    .build();
            for (int i = 0; i < 50 && state(check) != ListHealth.State.DEAD; i++) {
                assertThat(report(check)).hasToString("result=listed score=1 lists=good unknown=bl");
            }
            assertThat(check.health().get("bl")).asString().startsWith("dead (timeout)");

            server.zone("bl.test", DnsReply.addresses("127.0.0.2"));
            for (int i = 0; i < 500 && state(check) == ListHealth.State.DEAD; i++) {
                assertThat(report(check).listed()).contains("good");
                Thread.sleep(5);
            }
            assertThat(report(check)).hasToString("result=listed score=2 lists=bl,good");
        }
    }

    private static ListHealth.State state(RblCheck check) {
        return Objects.requireNonNull(check.health().get("bl")).state();
    }

    private static RblReport report(RblCheck check) throws Exception {
        return check.report(address("192.0.2.1"), Deadline.in(Duration.ofSeconds(10)))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }
}
