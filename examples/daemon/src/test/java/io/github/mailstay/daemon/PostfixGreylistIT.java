// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.testkit.real.DeliveredMessage;
import io.github.mailstay.testkit.real.PostfixServer;
import io.github.mailstay.testkit.real.RbldnsdServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.SmtpClient;
import io.github.mailstay.testkit.real.SmtpReply;
import io.github.mailstay.testkit.real.SmtpResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is spared, and the null sender, through a real Postfix and the packaged daemon. All clients are on the list. */
@Real({"postfix", "rbldnsd"})
class PostfixGreylistIT {
    private static final String LISTED = "192.0.2.10";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DELAY = 6;

    @TempDir
    private Path dir;

    private DaemonProcess daemon(RealServers real, String... more) throws IOException {
        List<String> settings = new ArrayList<>(List.of(
                "policy.listen=inet:127.0.0.1:0",
                "greylist.delay=" + DELAY + "s",
                "rbl.resolver=127.0.0.1:" + real.rbldnsd().port(),
                "rbl.deadline=2s",
                "rbl.lists=[{id=rig,zone=" + RbldnsdServer.IP4 + ",reply=\"127.0.0.[2..11]\"}]"));
        settings.addAll(List.of(more));
        return DaemonProcess.start(dir, settings.toArray(String[]::new));
    }

    private static String service(DaemonProcess daemon) {
        return "{ " + daemon.policy() + ", timeout=10s, default_action=DUNNO }";
    }

    private static String rcpt(String name) {
        return name + "@" + PostfixServer.DOMAIN;
    }

    /** A client of this name and the listed address that has said whom the mail is from. */
    private static SmtpClient mailFrom(PostfixServer postfix, String name, String sender) throws IOException {
        SmtpClient client = SmtpClient.connect(postfix.port());
        client.ehlo("client.example.org");
        assertThat(client.xclient(LISTED, name).isPositive()).isTrue();
        client.ehlo("client.example.org");
        assertThat(client.mailFrom(sender).isPositive()).isTrue();
        return client;
    }

    @Test
    void a_callback_is_answered_and_a_bounce_waits_at_data(RealServers real) throws Exception {
        try (DaemonProcess daemon = daemon(real, "greylist.null-sender-at=data")) {
            PostfixServer postfix = real.start(
                    PostfixServer.builder().policy("recipient", service(daemon)).policy("data", service(daemon)));
            // Whoever verifies an address asks no more than this.
            try (SmtpClient callback = mailFrom(postfix, "[UNAVAILABLE]", "")) {
                assertThat(callback.rcptTo(rcpt("bob")).code()).isEqualTo(250);
                SmtpReply data = callback.data(Map.of("Subject", "bounce"), "undelivered");
                assertThat(data.code()).as(data.toString()).isEqualTo(451);
                assertThat(data.text()).contains("4.7.1", "Greylisted");
                callback.quit();
            }
            assertThat(postfix.delivered()).isEmpty();
            // Other senders wait at RCPT as ever.
            assertThat(SmtpClient.send(postfix.port(), LISTED, "ann@example.org", List.of(rcpt("bob")), "hello")
                            .recipients())
                    .allMatch(reply -> reply.code() == 451);

            TimeUnit.SECONDS.sleep(DELAY);
            assertThat(SmtpClient.send(postfix.port(), LISTED, "", List.of(rcpt("bob")), "undelivered")
                            .isAccepted())
                    .isTrue();
            DeliveredMessage bounce = postfix.awaitDelivered(m -> m.sender().isEmpty(), PATIENCE);
            assertThat(bounce.recipients()).containsExactly(rcpt("bob"));
            assertThat(bounce.headers("X-Greylist")).hasSize(1);
        }
    }

    @Test
    void postmaster_and_abuse_are_reached_at_once(RealServers real) throws Exception {
        try (DaemonProcess daemon = daemon(real)) {
            PostfixServer postfix = real.start(PostfixServer.builder().policy("recipient", service(daemon)));
            List<String> three = List.of(rcpt("postmaster"), rcpt("Abuse"), rcpt("bob"));
            SmtpResult result = SmtpClient.send(postfix.port(), LISTED, "ann@example.org", three, "hello");
            assertThat(result.recipients()).extracting(SmtpReply::code).containsExactly(250, 250, 451);
            DeliveredMessage mail = postfix.awaitDelivered(m -> true, PATIENCE);
            assertThat(mail.recipients()).containsExactlyInAnyOrder(three.get(0), three.get(1));
            assertThat(daemon.log()).contains("greylist.result=exempt greylist.by=role");
        }
    }

    @Test
    @Real("postgrey")
    void postgreys_lists_are_used_as_they_are(RealServers real) throws Exception {
        try (DaemonProcess daemon = daemon(
                real,
                "greylist.allow-clients=[/etc/postgrey/whitelist_clients]",
                "greylist.opt-out=[/etc/postgrey/whitelist_recipients]")) {
            PostfixServer postfix = real.start(PostfixServer.builder().policy("recipient", service(daemon)));
            // In the file: amazon.com, and /^ms-smtp.*\.rr\.com$/.
            for (String name : List.of("smtp-out.amazon.com", "ms-smtp-01.nyc.rr.com")) {
                try (SmtpClient client = mailFrom(postfix, name, "ann@example.org")) {
                    assertThat(client.rcptTo(rcpt("bob")).code()).as(name).isEqualTo(250);
                    assertThat(client.data(Map.of("Subject", "at once"), "from " + name)
                                    .code())
                            .isEqualTo(250);
                }
                postfix.awaitDelivered(m -> m.body().contains(name), PATIENCE);
            }
            try (SmtpClient client = mailFrom(postfix, "amazon.com.example.org", "ann@example.org")) {
                assertThat(client.rcptTo(rcpt("bob")).code()).isEqualTo(451);
                assertThat(client.rcptTo(rcpt("postmaster")).code()).isEqualTo(250);
            }
        }
    }
}
