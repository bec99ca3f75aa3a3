// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.dns.CachedLookup;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import io.github.mailstay.testkit.real.RbldnsdServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.UnboundServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Check and lookup as on a mail server: behind the caching resolver unbound, with lists on rbldnsd, and lists whose name
 * servers are in every trouble, each by itself.
 */
@Real({"unbound", "rbldnsd"})
@Timeout(120)
class RblThroughUnboundTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String NIBBLES_BAD = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.a.b.0.8.b.d.0.1.0.0.2";

    private final ScriptedDnsServer scripted = ScriptedDnsServer.start();
    private UnboundServer unbound;
    private DnsJavaLookup lookup;

    @BeforeEach
    void start(RealServers servers) {
        int rbldnsd = servers.rbldnsd().port();
        UnboundServer.Builder builder = UnboundServer.builder();
        List.of(RbldnsdServer.IP4, RbldnsdServer.IP6, RbldnsdServer.ERROR, RbldnsdServer.WHITE, RbldnsdServer.MULTI)
                .forEach(zone -> builder.zone(zone, rbldnsd));
        troubles().forEach((id, reply) -> {
            // A name server each: unbound remembers which it has trouble with.
            ScriptedDnsServer server = servers.keep(ScriptedDnsServer.start());
            server.zone(id + ".test", reply);
            builder.zone(id + ".test", server.address());
        });
        scripted.zone(
                "fine.test", DnsReply.addresses("127.0.0.2").withTexts("why\r\n".getBytes(StandardCharsets.UTF_8)));
        builder.zone("fine.test", scripted.address());
        unbound = servers.start(builder);
        lookup = DnsJavaLookup.builder().resolvers(List.of(unbound.address())).build();
    }

    @AfterEach
    void close() {
        lookup.close();
        scripted.close();
    }

    private static Map<String, DnsReply> troubles() {
        Map<String, DnsReply> troubles = new LinkedHashMap<>();
        troubles.put("silent", DnsReply.silent());
        troubles.put("servfail", DnsReply.servfail());
        troubles.put("refused", DnsReply.refused());
        troubles.put("cut", DnsReply.truncated());
        troubles.put("garbage", DnsReply.garbage());
        troubles.put("wrong-id", DnsReply.wrongId());
        troubles.put("question", DnsReply.wrongQuestion());
        troubles.put("slow", DnsReply.delayed(Duration.ofSeconds(50), DnsReply.addresses("127.0.0.2")));
        return troubles;
    }

    @Test
    void rbldnsdsListsAreWhatTheyAre() {
        RblCheck check = check(
                Duration.ofSeconds(10),
                Map.of("ip4", RbldnsdServer.IP4, "ip6", RbldnsdServer.IP6, "error", RbldnsdServer.ERROR));

        assertThat(results(check, "192.0.2.7"))
                .containsEntry("ip4", "listed=127.0.0.2")
                .containsEntry("ip6", "clean")
                .containsEntry("error", "unknown=error-code:127.255.255.254");
        assertThat(results(check, "192.0.2.200")).containsEntry("ip4", "clean");
        assertThat(results(check, "198.51.100.7")).containsEntry("ip4", "listed=127.0.0.4");
        assertThat(results(check, "2001:db8:bad::1")).containsEntry("ip6", "listed=127.0.0.2");
        assertThat(results(check, "2001:db8:bad:1::1")).containsEntry("ip6", "clean");
    }

    @Test
    void answersHaveTheTtlsOfTheZone() {
        assertThat(ask("200.2.0.192." + RbldnsdServer.IP4 + "."))
                .isInstanceOfSatisfying(
                        DnsAnswer.None.class,
                        none -> assertThat(none.ttl())
                                .as("from the SOA record")
                                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60)));
        assertThat(ask(NIBBLES_BAD + "." + RbldnsdServer.IP6 + "."))
                .isInstanceOfSatisfying(DnsAnswer.Addresses.class, found -> {
                    assertThat(found.addresses()).containsExactly(address("127.0.0.2"));
                    assertThat(found.ttl()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
                });
    }

    @Test
    void reasonsComeThrough() {
        assertThat(join(lookup.reason("7.2.0.192." + RbldnsdServer.IP4 + ".", Deadline.in(PATIENCE))))
                .contains("Listed by ip4.rig.test, see http://rig.test/?192.0.2.7");
        assertThat(join(lookup.reason("1.2.0.192.fine.test.", Deadline.in(PATIENCE))))
                .contains("why");
        assertThat(join(lookup.reason("200.2.0.192." + RbldnsdServer.IP4 + ".", Deadline.in(PATIENCE))))
                .isEmpty();
    }

    /** Whatever unbound makes of it, SERVFAIL or a wait beyond the deadline: never listed, never clean. */
    @Test
    void aListInTroubleIsUnknownAndTheOthersAreWhatTheyAre() {
        Map<String, String> zones = new LinkedHashMap<>();
        troubles().keySet().forEach(id -> zones.put(id, id + ".test"));
        zones.put("fine", "fine.test");
        zones.put("ip4", RbldnsdServer.IP4);
        RblCheck check = check(Duration.ofSeconds(3), zones);
        for (String client : List.of("192.0.2.7", "192.0.2.8")) {
            Map<String, String> results = results(check, client);
            assertThat(results).containsEntry("fine", "listed=127.0.0.2").containsEntry("ip4", "listed=127.0.0.2");
            for (String id : troubles().keySet()) {
                assertThat(results.get(id)).as(id).isIn("unknown=servfail", "unknown=timeout");
            }
            assertThat(results.get("silent")).isEqualTo("unknown=timeout");
            assertThat(results.get("slow")).isEqualTo("unknown=timeout");
        }
    }

    @Test
    void anUnboundThatIsGoneIsUnknownUntilItIsBack() {
        RblCheck check = check(Duration.ofSeconds(1), Map.of("ip4", RbldnsdServer.IP4));
        assertThat(results(check, "192.0.2.7")).containsEntry("ip4", "listed=127.0.0.2");
        unbound.process().kill("STOP");
        assertThat(results(check, "192.0.2.8")).containsEntry("ip4", "unknown=timeout");
        unbound.process().kill("CONT");
        assertThat(results(check(PATIENCE, Map.of("ip4", RbldnsdServer.IP4)), "192.0.2.9"))
                .containsEntry("ip4", "listed=127.0.0.2");
        unbound.process().kill("KILL");
        assertThat(unbound.process().awaitEnd(PATIENCE)).isTrue();
        assertThat(results(check(PATIENCE, Map.of("ip4", RbldnsdServer.IP4)), "192.0.2.10"))
                .containsEntry("ip4", "unknown=network");
    }

    @Test
    void theCacheInFrontAsksNobodyTwice() {
        CachedLookup cached = CachedLookup.builder(lookup).build();
        RblCheck check = RblCheck.builder()
                .lookup(cached)
                .list(DnsList.builder()
                        .id("fine")
                        .zone("fine.test")
                        .timeout(PATIENCE)
                        .build())
                .list(DnsList.builder()
                        .id("ip4")
                        .zone(RbldnsdServer.IP4)
                        .timeout(PATIENCE)
                        .build())
                .build();
        for (int i = 0; i < 3; i++) {
            assertThat(results(check, "192.0.2.200"))
                    .containsEntry("fine", "listed=127.0.0.2")
                    .containsEntry("ip4", "clean");
        }
        assertThat(cached.counts().asked()).isEqualTo(2);
        assertThat(cached.counts().cached()).isEqualTo(4);
    }

    private RblCheck check(Duration timeout, Map<String, String> zones) {
        RblCheckBuilder check = RblCheck.builder().lookup(lookup);
        zones.forEach((id, zone) ->
                check.list(DnsList.builder().id(id).zone(zone).timeout(timeout).build()));
        return check.build();
    }

    private static Map<String, String> results(RblCheck check, String client) {
        Map<String, String> results = new LinkedHashMap<>();
        join(check.report(address(client), Deadline.in(PATIENCE.multipliedBy(2))))
                .entries()
                .forEach(entry -> results.put(entry.id(), entry.result().toString()));
        return results;
    }

    private DnsAnswer ask(String name) {
        return join(lookup.lookup(name, Deadline.in(PATIENCE)));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .copy()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }
}
