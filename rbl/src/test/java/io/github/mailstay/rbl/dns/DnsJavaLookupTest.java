// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.TestReplies;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The lookup against name servers in every trouble, over real UDP and TCP. */
@Timeout(60)
class DnsJavaLookupTest {
    private static final String NAME = "2.0.0.127.bl.test.";
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final DnsAnswer LISTED = addresses("127.0.0.2");

    private final ScriptedDnsServer first = ScriptedDnsServer.start();
    private final ScriptedDnsServer second = ScriptedDnsServer.start();
    private final DnsJavaLookup lookup = DnsJavaLookup.builder()
            .resolvers(List.of(first.address(), second.address()))
            .build();
    private final DnsJavaLookup single =
            DnsJavaLookup.builder().resolvers(List.of(first.address())).build();

    @AfterEach
    void close() {
        lookup.close();
        single.close();
        first.close();
        second.close();
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("listed", DnsReply.addresses("127.0.0.2"), LISTED),
                Arguments.of(
                        "several", DnsReply.addresses("127.0.0.4", "127.0.0.2"), addresses("127.0.0.4", "127.0.0.2")),
                Arguments.of("alias", DnsReply.alias("x.test", "127.0.0.2"), LISTED),
                Arguments.of("nxdomain", DnsReply.nxdomain(), new DnsAnswer.None(Duration.ofSeconds(60))),
                Arguments.of("nodata", DnsReply.nodata(), new DnsAnswer.None(Duration.ofSeconds(60))),
                Arguments.of("late, but in time", DnsReply.delayed(SHORT, DnsReply.addresses("127.0.0.2")), LISTED),
                Arguments.of("by TCP", DnsReply.truncated(DnsReply.addresses("127.0.0.2")), LISTED),
                Arguments.of(
                        "none by TCP",
                        DnsReply.truncated(DnsReply.nxdomain()),
                        new DnsAnswer.None(Duration.ofSeconds(60))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void anAnswerIsTaken(String what, DnsReply reply, DnsAnswer answer) {
        first.name(NAME, reply);

        assertThat(ask(single, LONG)).isEqualTo(answer);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("servfail", DnsReply.servfail()),
                Arguments.of("refused", DnsReply.refused()),
                Arguments.of("formerr", DnsReply.formerr()),
                Arguments.of("bad-answer", DnsReply.garbage()),
                Arguments.of("bad-answer", DnsReply.wrongId()),
                Arguments.of("bad-answer", DnsReply.wrongQuestion()),
                Arguments.of("bad-answer", DnsReply.raw(query -> query)),
                Arguments.of("bad-answer", DnsReply.raw(query -> new byte[3])),
                Arguments.of("truncated", DnsReply.truncated()),
                Arguments.of("truncated", DnsReply.truncated(DnsReply.servfail())),
                Arguments.of("truncated", DnsReply.truncated(DnsReply.raw(TestReplies::cut))));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsToldAtOnce(String why, DnsReply reply) {
        first.name(NAME, reply);

        // With a deadline beyond the test's own time limit: no waiting for it.
        assertThat(ask(single, PATIENCE)).isEqualTo(new DnsAnswer.Failed(why));
        assertThat(first.asked(NAME)).isBetween(1, 3); // by UDP; by TCP, twice if that ends, if truncated
    }

    @ParameterizedTest
    @MethodSource("failures")
    void theNextResolverAnswersInPlaceOfOneThatFails(String why, DnsReply reply) {
        first.name(NAME, reply);
        second.name(NAME, DnsReply.addresses("127.0.0.2"));

        assertThat(ask(lookup, PATIENCE)).isEqualTo(LISTED);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void ifAllFailTheFirstFailureIsTold(String why, DnsReply reply) {
        first.name(NAME, reply);
        second.name(NAME, DnsReply.refused());

        assertThat(ask(lookup, PATIENCE)).isEqualTo(new DnsAnswer.Failed(why));
    }

    @Test
    void silenceIsATimeoutAndIsAskedTwice() {
        first.name(NAME, DnsReply.silent());

        assertThat(ask(single, SHORT)).isEqualTo(new DnsAnswer.Failed("timeout"));
        assertThat(first.asked(NAME)).isEqualTo(2);
    }

    @Test
    void silenceOrGarbageByTcpIsATimeout() {
        first.name(NAME, DnsReply.truncated(DnsReply.silent()));
        assertThat(ask(single, SHORT)).isEqualTo(new DnsAnswer.Failed("timeout"));

        // A TCP connection serves many questions: what is no answer to this one may be to another.
        first.name(NAME, DnsReply.truncated(DnsReply.garbage()));
        assertThat(ask(single, SHORT)).isEqualTo(new DnsAnswer.Failed("timeout"));
    }

    @Test
    void theFirstDatagramMayGetLost() {
        first.name(NAME, lostAtFirst());

        assertThat(ask(single, Duration.ofSeconds(4))).isEqualTo(new DnsAnswer.None(Duration.ZERO));
    }

    @Test
    void aTcpConnectionMayEndUnderAQuery() {
        first.name(NAME, DnsReply.truncated(lostAtFirst()));

        assertThat(ask(single, PATIENCE)).isEqualTo(new DnsAnswer.None(Duration.ZERO));
        assertThat(first.asked(NAME)).isEqualTo(3);
    }

    @Test
    void aSilentFirstResolverCostsATurnOnceAndThenNothing() {
        first.zone("test", DnsReply.silent());
        second.zone("test", DnsReply.addresses("127.0.0.2"));

        assertThat(ask(lookup, Duration.ofSeconds(2))).isEqualTo(LISTED);
        int asked = first.questions();
        assertThat(asked).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            assertThat(join(lookup.lookup(i + ".bl.test.", Deadline.in(LONG)))).isEqualTo(LISTED);
        }
        assertThat(first.questions()).isEqualTo(asked);
    }

    @Test
    void theLateAnswerOfTheFirstStillCounts() {
        first.name(NAME, DnsReply.delayed(Duration.ofMillis(900), DnsReply.addresses("127.0.0.2")));
        second.name(NAME, DnsReply.silent());

        assertThat(ask(lookup, Duration.ofSeconds(3))).isEqualTo(LISTED);
        assertThat(second.asked(NAME)).isEqualTo(1);
    }

    @Test
    void nobodyAtThePortIsNoticedAtOnce() throws IOException {
        InetSocketAddress nobody;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            nobody = new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
        }
        second.name(NAME, DnsReply.addresses("127.0.0.2"));
        try (DnsJavaLookup alone =
                        DnsJavaLookup.builder().resolvers(List.of(nobody)).build();
                DnsJavaLookup both = DnsJavaLookup.builder()
                        .resolvers(List.of(nobody, second.address()))
                        .build()) {
            assertThat(ask(alone, PATIENCE)).isEqualTo(new DnsAnswer.Failed("network"));
            assertThat(ask(both, PATIENCE)).isEqualTo(LISTED);
        }
    }

    @Test
    void aDeadlineThatIsOverAsksNobody() {
        assertThat(ask(single, Duration.ofMillis(-1))).isEqualTo(new DnsAnswer.Failed("timeout"));
        assertThat(first.questions()).isZero();
    }

    @Test
    void aNameThatIsNoneIsNotAskedFor() {
        for (String name : List.of("a..test.", "a".repeat(64) + ".test.", "a.".repeat(200))) {
            assertThat(join(single.lookup(name, Deadline.in(LONG)))).isEqualTo(new DnsAnswer.Failed("bad-name"));
        }
        assertThat(first.questions()).isZero();
    }

    @Test
    void tooManyAtOnceAreBusyAndTheirPlacesComeBack() {
        first.zone("test", DnsReply.silent());
        first.name("fine.test", DnsReply.addresses("127.0.0.2"));
        try (DnsJavaLookup narrow = DnsJavaLookup.builder()
                .resolvers(List.of(first.address()))
                .maxInFlight(2)
                .build()) {
            List<CompletableFuture<DnsAnswer>> open = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                open.add(narrow.lookup(i + ".test.", Deadline.in(SHORT)).toCompletableFuture());
            }
            assertThat(ask(narrow, LONG)).isEqualTo(new DnsAnswer.Failed("busy"));
            open.forEach(DnsJavaLookupTest::join);

            // dnsjava gives sockets back up to a second later.
            DnsAnswer answer = new DnsAnswer.Failed("busy");
            Deadline patience = Deadline.in(Duration.ofSeconds(30));
            while (answer.equals(new DnsAnswer.Failed("busy")) && !patience.isOver()) {
                answer = join(narrow.lookup("fine.test.", Deadline.in(LONG)));
            }
            assertThat(answer).isEqualTo(LISTED);
        }
    }

    @Test
    void closeAnswersWhatIsOpenAndWhatComesLater() {
        first.name(NAME, DnsReply.silent());
        CompletableFuture<DnsAnswer> open =
                single.lookup(NAME, Deadline.in(PATIENCE)).toCompletableFuture();

        single.close();
        single.close();

        assertThat(join(open)).isEqualTo(new DnsAnswer.Failed("closed"));
        assertThat(ask(single, LONG)).isEqualTo(new DnsAnswer.Failed("closed"));
    }

    @Test
    void manyAtOnceGetEachItsOwnAnswer() throws InterruptedException {
        for (int i = 0; i < 250; i++) {
            first.name(i + ".bl.test", DnsReply.addresses("127.0.0." + i));
            first.name(i + ".cut.test", DnsReply.truncated(DnsReply.addresses("127.0.1." + i)));
        }
        List<CompletableFuture<DnsAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            answers.add(lookup.lookup(i + ".bl.test.", Deadline.in(LONG)).toCompletableFuture());
            answers.add(lookup.lookup(i + ".cut.test.", Deadline.in(LONG)).toCompletableFuture());
        }
        for (int i = 0; i < 250; i++) {
            assertThat(join(answers.get(2 * i))).isEqualTo(addresses("127.0.0." + i));
            assertThat(join(answers.get(2 * i + 1))).isEqualTo(addresses("127.0.1." + i));
        }
    }

    @Test
    void answersComeOnADaemonThreadOfThisName() throws InterruptedException {
        first.name(NAME, DnsReply.delayed(SHORT, DnsReply.nxdomain()));
        CountDownLatch done = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        var unused = single.lookup(NAME, Deadline.in(LONG)).thenRun(() -> {
            threads.add(Thread.currentThread());
            done.countDown();
        });

        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.get(0).getName()).isEqualTo("mailstay-rbl-dns");
        assertThat(threads.get(0).isDaemon()).isTrue();
    }

    @Test
    void sillySettingsNameThemselves() {
        assertThatThrownBy(() -> DnsJavaLookup.builder()
                        .resolvers(List.of(InetSocketAddress.createUnresolved("ns.invalid", 53))))
                .hasMessageContaining("resolvers: ns.invalid");
        assertThatThrownBy(() -> DnsJavaLookup.builder().maxInFlight(0)).hasMessageContaining("maxInFlight: 0");
        assertThatThrownBy(() -> DnsJavaLookup.builder().resolvers(Collections.nCopies(9, first.address())))
                .hasMessageContaining("resolvers: more than 8");
    }

    @Test
    void theSystemsResolversServeUnlessOthersAreGiven() {
        // Not asked: they may be anywhere.
        DnsJavaLookup.builder().resolvers(List.of()).build().close();
    }

    private static DnsAnswer ask(DnsJavaLookup lookup, Duration time) {
        return join(lookup.lookup(NAME, Deadline.in(time)));
    }

    /** Bounded, so that a wait for nothing is a failure and no hang. */
    private static DnsAnswer join(CompletionStage<DnsAnswer> answer) {
        return answer.toCompletableFuture()
                .copy()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    /** Nothing at first, which ends a TCP connection; then "no such name". */
    private static DnsReply lostAtFirst() {
        AtomicBoolean lost = new AtomicBoolean();
        return DnsReply.raw(query -> {
            if (!lost.getAndSet(true)) {
                throw new IllegalStateException("lost");
            }
            query[2] |= (byte) 0x80;
            query[3] = 3;
            return query;
        });
    }

    private static DnsAnswer addresses(String... addresses) {
        return new DnsAnswer.Addresses(Stream.of(addresses).map(a -> address(a)).toList(), Duration.ofSeconds(60));
    }
}
