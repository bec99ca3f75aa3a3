// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import io.github.mailstay.testkit.real.RbldnsdServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reasons over real UDP and TCP, from a name server that sends what it should not, and from rbldnsd. */
@Timeout(60)
class ReasonLookupTest {
    private static final String NAME = "2.0.0.127.bl.test.";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final ScriptedDnsServer dns = ScriptedDnsServer.start();
    private final DnsJavaLookup lookup =
            DnsJavaLookup.builder().resolvers(List.of(dns.address())).build();

    @AfterEach
    void close() {
        lookup.close();
        dns.close();
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of(
                        "plain", "Listed, see http://bl.test/", new byte[][] {text("Listed, see http://bl.test/")}),
                Arguments.of("CR and LF", "550 no 221 bye", new byte[][] {text("550 no\r\n221 bye\r\n")}),
                Arguments.of("NUL", "a b", new byte[][] {text("a\0b")}),
                Arguments.of("300 octets", "x".repeat(300), new byte[][] {text("x".repeat(300))}),
                Arguments.of("several", "one / two / three", new byte[][] {text("one"), text("two"), text("three")}),
                Arguments.of("malformed", "ab", new byte[][] {HexFormat.of().parseHex("61ff62c3")}),
                Arguments.of("a character in two strings", "x".repeat(254) + "\u00e9", new byte[][] {
                    text("x".repeat(254) + "\u00e9")
                }),
                Arguments.of("empty", null, new byte[][] {new byte[0]}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void aReasonIsOneHarmlessLine(String what, String reason, byte[][] texts) {
        dns.name(NAME, DnsReply.addresses("127.0.0.2").withTexts(texts));

        assertThat(reason(PATIENCE)).isEqualTo(Optional.ofNullable(reason));
        assertThat(dns.asked(NAME)).isEqualTo(1);
    }

    @Test
    void aLongReasonComesByTcpAndIsCut() {
        DnsReply longOne = DnsReply.addresses("127.0.0.2")
                .withTexts(text("x".repeat(300)), text("\u00e9".repeat(3000)), text("y"));
        dns.name(NAME, DnsReply.truncated(longOne));

        assertThat(reason(PATIENCE)).contains("x".repeat(300) + " / " + "\u00e9".repeat(48));
    }

    @Test
    void theAnswerToTheOtherQuestionIsAsEver() {
        dns.name(NAME, DnsReply.addresses("127.0.0.2").withTexts(text("why")));

        assertThat(lookup.lookup(NAME, Deadline.in(PATIENCE))
                        .toCompletableFuture()
                        .join())
                .isEqualTo(FakeDns.listed(Duration.ofSeconds(60), "127.0.0.2"));
    }

    static Stream<DnsReply> troubles() {
        return Stream.of(
                DnsReply.addresses("127.0.0.2"), // and no text
                DnsReply.nxdomain(),
                DnsReply.servfail(),
                DnsReply.refused(),
                DnsReply.formerr(),
                DnsReply.garbage(),
                DnsReply.wrongId(),
                DnsReply.wrongQuestion(),
                DnsReply.truncated(),
                DnsReply.raw(query -> query));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void troubleIsNoReasonAndIsToldAtOnce(DnsReply reply) {
        dns.name(NAME, reply);

        assertThat(reason(PATIENCE)).isEmpty();
    }

    @Test
    void silenceNoTimeNoNameAndTheEndAreNoReason() {
        dns.name(NAME, DnsReply.silent());
        assertThat(reason(SHORT)).isEmpty();
        assertThat(reason(Duration.ofMillis(-1))).isEmpty();
        assertThat(lookup.reason("a..test.", Deadline.in(PATIENCE))
                        .toCompletableFuture()
                        .join())
                .isEmpty();
        lookup.close();
        assertThat(reason(PATIENCE)).isEmpty();
    }

    @Test
    @Real("rbldnsd")
    void rbldnsdsTemplatesAreFilledIn(RealServers servers) {
        RbldnsdServer rbldnsd = servers.rbldnsd();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), rbldnsd.port());
        try (DnsJavaLookup real =
                DnsJavaLookup.builder().resolvers(List.of(address)).build()) {
            assertThat(reason(real, "7.2.0.192." + RbldnsdServer.IP4 + "."))
                    .contains("Listed by ip4.rig.test, see http://rig.test/?192.0.2.7");
            assertThat(reason(real, "7.100.51.198." + RbldnsdServer.IP4 + ".")).contains("Open proxy 198.51.100.7");
            assertThat(reason(real, "www.spam.example." + RbldnsdServer.DOMAINS + "."))
                    .hasValueSatisfying(text -> assertThat(text).matches("Domain .*spam\\.example is listed"));
            assertThat(reason(real, "1.2.0.192." + RbldnsdServer.MULTI + "."))
                    .hasValueSatisfying(
                            text -> assertThat(text).isIn("reason one / reason two", "reason two / reason one"));
            assertThat(reason(real, "200.2.0.192." + RbldnsdServer.IP4 + ".")).isEmpty();
        }
    }

    private Optional<String> reason(Duration time) {
        return join(lookup, NAME, time);
    }

    private static Optional<String> reason(ReasonLookup lookup, String name) {
        return join(lookup, name, Duration.ofSeconds(20));
    }

    private static Optional<String> join(ReasonLookup lookup, String name, Duration time) {
        return lookup.reason(name, Deadline.in(time))
                .toCompletableFuture()
                .copy()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
