// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import io.github.mailstay.testkit.real.DeliveredMessage;
import io.github.mailstay.testkit.real.PostfixServer;
import io.github.mailstay.testkit.real.RbldnsdServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.SmtpClient;
import io.github.mailstay.testkit.real.SmtpResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real mail through a real Postfix that asks the packaged daemon, with a real rbldnsd behind it. */
@Real({"postfix", "rbldnsd"})
class PostfixIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DELAY = 6;
    /** An outage that Postfix's second try, a second after the first, is sure to find over. */
    private static final Duration BRIEF = Duration.ofMillis(900);

    @TempDir
    private Path dir;

    private static String rcpt(String name) {
        return name + "@" + PostfixServer.DOMAIN;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private DaemonProcess daemon(String port, String resolver, String zone) throws IOException {
        return DaemonProcess.start(
                dir,
                "policy.listen=" + port,
                "greylist.delay=" + DELAY + "s",
                "rbl.resolver=" + resolver,
                "rbl.deadline=2s",
                "rbl.lists=[{id=rig,zone=" + zone + ",reply=\"127.0.0.[2..11]\",test="
                        + (zone.equals(RbldnsdServer.IP6) ? "ip6" : "[ip4,nobody]") + "}]");
    }

    private static PostfixServer postfix(RealServers real, Endpoint policy) {
        return real.start(
                PostfixServer.builder().policy("recipient", "{ " + policy + ", timeout=10s, default_action=DUNNO }"));
    }

    private static SmtpResult send(PostfixServer postfix, String client, String sender, String... recipients)
            throws IOException {
        return SmtpClient.send(postfix.port(), client, sender, List.of(recipients), "hello");
    }

    private static DeliveredMessage delivered(PostfixServer postfix, String sender) {
        return postfix.awaitDelivered(m -> m.sender().equals(sender), PATIENCE);
    }

    @Test
    void a_listed_client_is_deferred_and_delivered_on_its_retry_with_one_header(RealServers real) throws Exception {
        RbldnsdServer lists = real.rbldnsd();
        try (DaemonProcess daemon = daemon("inet:127.0.0.1:0", "127.0.0.1:" + lists.port(), RbldnsdServer.IP4)) {
            PostfixServer postfix = postfix(real, daemon.policy());
            String[] two = {rcpt("bob"), rcpt("eve")};
            SmtpResult first = send(postfix, "192.0.2.10", "ann@example.org", two);
            assertThat(first.recipients())
                    .allMatch(r -> r.code() == 451 && r.text().contains("Greylisted"));
            SmtpResult early = send(postfix, "192.0.2.10", "ann@example.org", two);
            assertThat(early.recipients()).allMatch(r -> r.code() == 451);
            assertThat(postfix.delivered()).isEmpty();

            TimeUnit.SECONDS.sleep(DELAY);
            // Another host of the same network retries, as sender pools do.
            assertThat(send(postfix, "192.0.2.11", "ann@example.org", two).isAccepted())
                    .isTrue();
            DeliveredMessage mail = delivered(postfix, "ann@example.org");
            assertThat(mail.recipients()).containsExactlyInAnyOrder(two);
            assertThat(mail.headers("X-Greylist")).hasSize(1);
            assertThat(mail.header("X-Greylist").orElseThrow())
                    .matches("delayed [0-9]+ seconds by mailstay.*; listed by rig");

            // What has passed passes at once, without a header; so does a clean client.
            assertThat(send(postfix, "192.0.2.10", "ann@example.org", rcpt("bob"))
                            .isAccepted())
                    .isTrue();
            assertThat(send(postfix, "203.0.113.9", "cat@example.org", rcpt("bob"))
                            .isAccepted())
                    .isTrue();
            assertThat(delivered(postfix, "cat@example.org").headers("X-Greylist"))
                    .isEmpty();
            assertThat(daemon.log()).contains("rbl.result=listed", "rbl.lists=rig", "greylist.result=early");
        }
    }

    @Test
    void an_ipv6_client_is_known_by_its_network(RealServers real) throws Exception {
        RbldnsdServer lists = real.rbldnsd();
        try (DaemonProcess daemon = daemon("inet:127.0.0.1:0", "127.0.0.1:" + lists.port(), RbldnsdServer.IP6)) {
            PostfixServer postfix = postfix(real, daemon.policy());
            SmtpResult first = send(postfix, "2001:db8:bad::1", "six@example.org", rcpt("bob"));
            assertThat(first.recipients()).allMatch(r -> r.code() == 451);
            assertThat(send(postfix, "2001:db8:600d::1", "good@example.org", rcpt("bob"))
                            .isAccepted())
                    .isTrue();
            TimeUnit.SECONDS.sleep(DELAY);
            assertThat(send(postfix, "2001:db8:bad::2", "six@example.org", rcpt("bob"))
                            .isAccepted())
                    .isTrue();
            assertThat(delivered(postfix, "six@example.org").headers("X-Greylist"))
                    .hasSize(1);
        }
    }

    @Test
    void a_list_with_an_error_code_or_without_an_answer_delays_nobody(RealServers real) throws Exception {
        RbldnsdServer lists = real.rbldnsd();
        try (DaemonProcess daemon = daemon("inet:127.0.0.1:0", "127.0.0.1:" + lists.port(), RbldnsdServer.ERROR)) {
            PostfixServer postfix = postfix(real, daemon.policy());
            assertThat(send(postfix, "192.0.2.10", "err@example.org", rcpt("bob"))
                            .isAccepted())
                    .isTrue();
            delivered(postfix, "err@example.org");
            assertThat(daemon.log()).contains("rbl.result=unknown");
            assertThat(daemon.stop()).isZero();
        }
        try (ScriptedDnsServer silent = ScriptedDnsServer.start()) {
            silent.zone("silent.example", DnsReply.silent());
            try (DaemonProcess daemon =
                    daemon("inet:127.0.0.1:0", "127.0.0.1:" + silent.address().getPort(), "silent.example")) {
                PostfixServer postfix = postfix(real, daemon.policy());
                assertThat(send(postfix, "192.0.2.10", "silent@example.org", rcpt("bob"))
                                .isAccepted())
                        .isTrue();
                delivered(postfix, "silent@example.org");
                assertThat(daemon.log()).contains("rbl.unknown=rig");
            }
        }
    }

    @Test
    void killed_between_first_try_and_retry_the_wait_still_counts(RealServers real) throws Exception {
        RbldnsdServer lists = real.rbldnsd();
        String resolver = "127.0.0.1:" + lists.port();
        String listen = "inet:127.0.0.1:" + freePort();
        DaemonProcess killed = daemon(listen, resolver, RbldnsdServer.IP4);
        PostfixServer postfix = postfix(real, killed.policy());
        assertThat(send(postfix, "192.0.2.20", "kim@example.org", rcpt("bob")).isAccepted())
                .isFalse();
        killed.kill();
        try (DaemonProcess daemon = daemon(listen, resolver, RbldnsdServer.IP4)) {
            SmtpResult early = send(postfix, "192.0.2.20", "kim@example.org", rcpt("bob"));
            TimeUnit.SECONDS.sleep(DELAY);
            assertThat(send(postfix, "192.0.2.20", "kim@example.org", rcpt("bob"))
                            .isAccepted())
                    .isTrue();
            // Starting the daemon may have outlasted the delay; otherwise that retry was too early, and restarted
            // nothing.
            assertThat(early.isAccepted() || early.recipients().get(0).code() == 451)
                    .isTrue();
            assertThat(delivered(postfix, "kim@example.org").recipients()).containsExactly(rcpt("bob"));
            assertThat(daemon.stop()).isZero();
        }
    }

    @Test
    void a_restart_in_the_middle_of_traffic_loses_nothing(RealServers real) throws Exception {
        Endpoint.Unix socket = new Endpoint.Unix(publicDirectory().resolve("policy"));
        String[] settings = {"policy.listen=" + socket, "greylist.mode=off"};
        DaemonProcess old = DaemonProcess.start(dir, settings);
        // Postfix's own default action is kept: a refused mail would be seen.
        PostfixServer postfix = real.start(PostfixServer.builder().policy("recipient", socket.toString()));
        ExecutorService senders = Executors.newFixedThreadPool(4);
        try {
            List<Future<SmtpResult>> sent = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String sender = "s" + i + "@example.org";
                sent.add(senders.submit(() -> send(postfix, "203.0.113.7", sender, rcpt("bob"))));
            }
            sent.get(8).get();
            // From here until the socket takes connections again, Postfix finds nobody.
            long stopping = System.nanoTime();
            assertThat(old.stop()).isZero();
            CompletableFuture<Duration> outage = CompletableFuture.supplyAsync(() -> untilBound(socket, stopping));
            try (DaemonProcess daemon = DaemonProcess.start(dir, settings)) {
                boolean brief = outage.get().compareTo(BRIEF) < 0;
                for (int i = 0; i < sent.size(); i++) {
                    SmtpResult result = sent.get(i).get();
                    int code = result.recipients().get(0).code();
                    // Postfix tries twice, a second apart; only an outage of more than that may show.
                    assertThat(code).as("outage %s", outage.get()).isIn(brief ? List.of(250) : List.of(250, 451));
                    if (result.isAccepted()) {
                        delivered(postfix, "s" + i + "@example.org");
                    }
                }
                assertThat(send(postfix, "203.0.113.7", "after@example.org", rcpt("bob"))
                                .isAccepted())
                        .isTrue();
                assertThat(daemon.stop()).isZero();
            }
        } finally {
            senders.shutdownNow();
            old.close();
        }
    }

    /** How long from then on nobody listens at a socket. */
    private static Duration untilBound(Endpoint.Unix socket, long since) {
        while (System.nanoTime() - since < PATIENCE.toNanos()) {
            try {
                SocketChannel.open(UnixDomainSocketAddress.of(socket.path())).close();
                return Duration.ofNanos(System.nanoTime() - since);
            } catch (IOException e) {
                LockSupport.parkNanos(5_000_000);
            }
        }
        return PATIENCE;
    }

    /** A directory that Postfix's user may enter, unlike JUnit's. */
    private Path publicDirectory() throws IOException {
        Path directory = Files.createTempDirectory("mailstay-it-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        directory.toFile().deleteOnExit();
        return directory;
    }
}
