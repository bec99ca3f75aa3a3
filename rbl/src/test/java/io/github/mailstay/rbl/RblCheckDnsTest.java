// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyChain;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.TraceStep;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Check, lookup and name server together, over real UDP and TCP. */
@Timeout(60)
class RblCheckDnsTest {
    private static final String SECRET = "secretkey0123456789";

    private final ScriptedDnsServer dns = ScriptedDnsServer.start();
    private final DnsJavaLookup lookup =
            DnsJavaLookup.builder().resolvers(List.of(dns.address())).build();

    @AfterEach
    void close() {
        lookup.close();
        dns.close();
    }

    @Test
    void oneListInEachTroubleAndOneThatHasTheClient() {
        dns.zone("listed.test", DnsReply.addresses("127.0.0.2"));
        dns.zone("clean.test", DnsReply.nxdomain());
        dns.zone("nodata.test", DnsReply.nodata());
        dns.zone("several.test", DnsReply.addresses("127.0.0.10", "127.0.0.4"));
        dns.zone("cut.test", DnsReply.truncated(DnsReply.addresses("127.0.0.3")));
        dns.zone("servfail.test", DnsReply.servfail());
        dns.zone("refused.test", DnsReply.refused());
        dns.zone("formerr.test", DnsReply.formerr());
        dns.zone("garbage.test", DnsReply.garbage());
        dns.zone("wrong-id.test", DnsReply.wrongId());
        dns.zone("question.test", DnsReply.wrongQuestion());
        // Not one that hangs up: lists behind one resolver share a TCP connection.
        dns.zone("cut-too.test", DnsReply.truncated(DnsReply.raw(TestReplies::cut)));
        dns.zone("parked.test", DnsReply.addresses("203.0.113.9"));
        dns.zone("public.test", DnsReply.addresses("127.0.0.2", "127.255.255.254"));
        RblCheck check = check(
                "listed",
                "clean",
                "nodata",
                "several",
                "cut",
                "servfail",
                "refused",
                "formerr",
                "garbage",
                "wrong-id",
                "question",
                "cut-too",
                "parked",
                "public");

        RblReport report = join(check.report(address("192.0.2.1"), Deadline.in(Duration.ofSeconds(20))));

        assertThat(report.entries())
                .extracting(entry -> entry.id() + " " + entry.result())
                .containsExactly(
                        "listed listed=127.0.0.2",
                        "clean clean",
                        "nodata clean",
                        "several listed=127.0.0.4,127.0.0.10",
                        "cut listed=127.0.0.3",
                        "servfail unknown=servfail",
                        "refused unknown=refused",
                        "formerr unknown=formerr",
                        "garbage unknown=bad-answer",
                        "wrong-id unknown=bad-answer",
                        "question unknown=bad-answer",
                        "cut-too unknown=truncated",
                        "parked unknown=foreign-address:203.0.113.9",
                        "public unknown=error-code:127.255.255.254");
        assertThat(report.score()).isEqualTo(3);
        assertThat(dns.asked("1.2.0.192.listed.test")).isEqualTo(1);
    }

    @Test
    void ipv6IsAskedByNibbles() {
        String nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.a.b.0.8.b.d.0.1.0.0.2";
        dns.zone("bl.test", DnsReply.nxdomain()).name(nibbles + ".bl.test", DnsReply.addresses("127.0.0.2"));

        RblReport report = join(check("bl").report(address("2001:db8:bad::1"), Deadline.in(Duration.ofSeconds(20))));

        assertThat(report).hasToString("result=listed score=1 lists=bl");
    }

    @Test
    void aSilentListIsNotWaitedForBeyondTheDeadlineAndTheRestDecides() {
        dns.zone("listed.test", DnsReply.addresses("127.0.0.2"));
        dns.zone("silent.test", DnsReply.silent());
        dns.zone("slow.test", DnsReply.delayed(Duration.ofSeconds(50), DnsReply.addresses("127.0.0.2")));
        List<Suspicion> suspicions = new ArrayList<>();
        PolicyChain chain = PolicyChain.builder()
                .check("rbl", check("listed", "silent", "slow"), FailMode.DEFER)
                .check(
                        "greylist",
                        (request, context) -> {
                            context.note(Suspicion.class).ifPresent(suspicions::add);
                            return CompletableFuture.completedStage(Outcome.pass());
                        },
                        FailMode.PASS)
                .build();

        // Long enough for the one that answers, even on a busy machine; far shorter than the lists' own timeouts.
        Decision decision = join(chain.decide(request(), Deadline.in(Duration.ofSeconds(3))));

        TraceStep rbl = decision.trace().get(0);
        assertThat(rbl.result())
                .as("not late: the check was ahead of its chain")
                .isEqualTo(TraceStep.Result.CONTINUED);
        assertThat(rbl.found()).isEqualTo("result=listed score=1 lists=listed unknown=silent,slow");
        assertThat(suspicions).containsExactly(new Suspicion(1, List.of("listed")));
    }

    @Test
    void theSecretZoneIsInNoReportWhateverHappens() {
        List<DnsReply> replies = List.of(
                DnsReply.addresses("127.0.0.2"),
                DnsReply.nxdomain(),
                DnsReply.servfail(),
                DnsReply.wrongQuestion(),
                DnsReply.garbage(),
                DnsReply.truncated(),
                DnsReply.silent());
        DnsList list = DnsList.builder()
                .id("paid")
                .zone(SECRET + ".dq.test")
                .timeout(Duration.ofMillis(300))
                .build();
        RblCheck check = RblCheck.builder().lookup(lookup).list(list).build();
        for (DnsReply reply : replies) {
            dns.zone(SECRET + ".dq.test", reply);
            RblReport report = join(check.report(address("192.0.2.1"), Deadline.in(Duration.ofSeconds(20))));
            assertThat(report + " " + report.entries() + check.counts() + list)
                    .contains("paid")
                    .doesNotContain(SECRET);
        }
    }

    private RblCheck check(String... ids) {
        RblCheckBuilder check = RblCheck.builder().lookup(lookup);
        for (String id : ids) {
            check.list(DnsList.builder()
                    .id(id)
                    .zone(id + ".test")
                    .timeout(Duration.ofSeconds(10))
                    .build());
        }
        return check.build();
    }

    private static PolicyRequest request() {
        return PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", "192.0.2.1")
                .build();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .copy()
                .orTimeout(40, TimeUnit.SECONDS)
                .join();
    }
}
