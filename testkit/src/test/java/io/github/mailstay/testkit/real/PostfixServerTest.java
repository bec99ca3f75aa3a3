// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@Real("postfix")
class PostfixServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void deliversMailForItsDomain(RealServers servers) throws Exception {
        PostfixServer postfix = servers.postfix();

        SmtpResult result = SmtpClient.send(
                postfix.port(), "192.0.2.7", "a@example.org", List.of("a@rig.test", "b@rig.test"), ".dot\n\nlast\n");

        assertThat(result.isAccepted()).as("%s", result).isTrue();
        DeliveredMessage message = postfix.awaitDelivered(it -> it.recipients().contains("a@rig.test"), LIMIT);
        assertThat(message.sender()).isEqualTo("a@example.org");
        assertThat(message.recipients()).containsExactly("a@rig.test", "b@rig.test");
        assertThat(message.header("subject")).contains("test");
        assertThat(message.headers("Received")).hasSize(2).last().asString().contains("[192.0.2.7]");
        assertThat(message.body()).isEqualTo(".dot\n\nlast\n");
        assertThat(postfix.awaitLog(it -> it.contains("to=<a@rig.test>") && it.contains("status="), LIMIT))
                .contains("status=sent");
    }

    @Test
    void takesTheNullSenderAndIpv6Clients(RealServers servers) throws Exception {
        PostfixServer postfix = servers.postfix();

        assertThat(SmtpClient.send(postfix.port(), "2001:db8::7", "", List.of("null@rig.test"), "bounce\n")
                        .isAccepted())
                .isTrue();

        DeliveredMessage message = postfix.awaitDelivered(it -> it.recipients().contains("null@rig.test"), LIMIT);
        assertThat(message.sender()).isEmpty();
        assertThat(message.headers("Received")).last().asString().contains("2001:db8::7");
    }

    @Test
    void relaysNothingForStrangers(RealServers servers) throws Exception {
        SmtpResult result = SmtpClient.send(
                servers.postfix().port(), "192.0.2.7", "a@example.org", List.of("a@elsewhere.example"), "no\n");

        assertThat(result.recipients()).singleElement().satisfies(reply -> {
            assertThat(reply.code()).isEqualTo(554);
            assertThat(reply.isPositive()).isFalse();
            assertThat(reply.isTemporary()).isFalse();
        });
        assertThat(result.last()).isEqualTo(result.recipients().get(0));
    }

    @Test
    void sharesOneAmongAllTests(RealServers servers) {
        assertThat(servers.postfix()).isSameAs(servers.postfix());
    }

    @Test
    void asksAPolicyServerAboutTheClaimedClient(RealServers servers) throws Exception {
        PolicyResponder policy = servers.keep(new PolicyResponder(
                it -> "later@example.org".equals(it.get("sender")) ? "DEFER_IF_PERMIT 4.7.1 Come again" : "DUNNO"));
        PostfixServer postfix = servers.start(PostfixServer.builder()
                .policy("recipient", "{ " + policy.endpoint() + ", timeout=30s, default_action=DUNNO }")
                .policy("data", policy.endpoint()));

        SmtpResult deferred =
                SmtpClient.send(postfix.port(), "192.0.2.7", "later@example.org", List.of("a@rig.test"), "one\n");
        SmtpResult accepted =
                SmtpClient.send(postfix.port(), "2001:db8::7", "now@example.org", List.of("a@rig.test"), "two\n");

        assertThat(deferred.last().code()).isEqualTo(450);
        assertThat(deferred.last().text()).startsWith("4.7.1").contains("Come again");
        assertThat(accepted.isAccepted()).as("%s", accepted).isTrue();
        assertThat(policy.requests())
                .extracting(it -> it.get("protocol_state") + " " + it.get("client_address") + " " + it.get("sender"))
                .containsExactly(
                        "RCPT 192.0.2.7 later@example.org",
                        "RCPT 2001:db8::7 now@example.org",
                        "DATA 2001:db8::7 now@example.org");
        assertThat(postfix.awaitDelivered(it -> true, LIMIT).sender()).isEqualTo("now@example.org");
        assertThat(postfix.delivered()).hasSize(1);
    }

    @Test
    void passesOnTheClaimedName(RealServers servers) throws Exception {
        PolicyResponder policy = servers.keep(new PolicyResponder(it -> "DUNNO"));
        PostfixServer postfix = servers.start(PostfixServer.builder().policy("recipient", policy.endpoint()));

        try (SmtpClient client = SmtpClient.connect(postfix.port())) {
            assertThat(client.greeting().code()).isEqualTo(220);
            assertThat(client.ehlo("one.example").text()).contains("XCLIENT");
            assertThat(client.xclient("192.0.2.8", "mail.example.org").code()).isEqualTo(220);
            assertThat(client.ehlo("two.example").isPositive()).isTrue();
            assertThat(client.mailFrom("a@example.org").code()).isEqualTo(250);
            assertThat(client.rcptTo("name@rig.test").code()).isEqualTo(250);
            assertThat(client.data(Map.of("Subject", "by hand"), "text").code()).isEqualTo(250);
            assertThat(client.quit().code()).isEqualTo(221);
        }

        assertThat(policy.requests())
                .singleElement()
                .satisfies(it -> assertThat(it)
                        .containsEntry("client_name", "mail.example.org")
                        .containsEntry("client_address", "192.0.2.8")
                        .containsEntry("helo_name", "two.example"));
    }

    @Test
    void restartsOnItsPort(RealServers servers) throws Exception {
        PostfixServer postfix = servers.start(PostfixServer.builder());
        SmtpClient.send(postfix.port(), "192.0.2.7", "first@example.org", List.of("a@rig.test"), "one\n");
        postfix.awaitDelivered(it -> it.sender().equals("first@example.org"), LIMIT);
        ProcessHandle before = postfix.process().handle();

        postfix.restart();
        SmtpClient.send(postfix.port(), "192.0.2.7", "second@example.org", List.of("a@rig.test"), "two\n");
        postfix.awaitDelivered(it -> it.sender().equals("second@example.org"), LIMIT);

        assertThat(PrivateProcess.isAlive(before)).isFalse();
        assertThat(postfix.delivered())
                .extracting(DeliveredMessage::sender)
                .containsExactly("first@example.org", "second@example.org");
    }

    @Test
    void leavesNoProcessAndNoFile() {
        PostfixServer postfix = PostfixServer.builder().start();
        Path directory = postfix.directory();
        List<ProcessHandle> processes = Stream.concat(
                        Stream.of(postfix.process().handle()),
                        postfix.process().handle().descendants())
                .toList();
        assertThat(processes).hasSizeGreaterThan(1).allMatch(PrivateProcess::isAlive);
        assertThat(processesWith(directory)).isNotEmpty();

        postfix.close();
        postfix.close();

        assertThat(processes).noneMatch(PrivateProcess::isAlive);
        assertThat(processesWith(directory)).isEmpty();
        assertThat(directory).doesNotExist();
    }

    @Test
    void endsItsChildrenEvenIfItsMasterWasKilled() {
        PostfixServer postfix = PostfixServer.builder().start();
        List<ProcessHandle> children = postfix.process().handle().descendants().toList();

        postfix.process().kill("KILL");
        assertThat(postfix.process().awaitEnd(LIMIT)).isTrue();
        assertThat(postfix.process().exitStatus()).contains(128 + 9);
        postfix.close();

        assertThat(children).isNotEmpty().noneMatch(PrivateProcess::isAlive);
    }

    @Test
    void showsWhatPostfixSaysToAMistakenSetting() {
        var impossible = PostfixServer.builder().setting("inet_protocols", "ipv5");

        assertThatThrownBy(impossible::start)
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("does not take these settings")
                .hasMessageContaining("ipv5");
    }

    @Test
    void refusesSettingsThatAreNone() {
        assertThatThrownBy(() -> PostfixServer.builder().policy("rcpt", "inet:127.0.0.1:1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("policy")
                .hasMessageContaining("rcpt");
        assertThatThrownBy(() -> PostfixServer.builder().policy("recipient", "inet:127.0.0.1:1\nx = y"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PostfixServer.builder().setting("a b", "c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a b");
    }

    /** The processes that were started with this path among their arguments or in their environment. */
    private static List<Long> processesWith(Path directory) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> mentions(pid, "cmdline", directory) || mentions(pid, "environ", directory))
                .toList();
    }

    private static boolean mentions(long pid, String file, Path directory) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1)
                    .contains(directory.toString());
        } catch (IOException e) {
            return false;
        }
    }
}
