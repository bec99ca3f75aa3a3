// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.examples.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.PolicyClient;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program as it is run: a process of its own, asked over its socket. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbedChainTest {
    @Test
    void who_is_listed_is_greylisted_and_nobody_else() throws Exception {
        try (ScriptedDnsServer dns = ScriptedDnsServer.start()) {
            dns.zone("bl.example.org", DnsReply.nxdomain())
                    .name("20.2.0.192.bl.example.org", DnsReply.addresses("127.0.0.2"));
            Process program = start(dns);
            try (BufferedReader out = program.inputReader()) {
                String serving = String.valueOf(out.readLine());
                assertThat(serving).startsWith("serving inet:127.0.0.1:");
                Endpoint endpoint = Endpoint.parse(serving.substring("serving ".length()));
                try (PolicyClient client = PolicyClient.connect(endpoint, Duration.ofSeconds(20))) {
                    assertThat(ask(client, "192.0.2.20")).startsWith("451 4.7.1 ");
                    assertThat(ask(client, "192.0.2.20")).as("too early").startsWith("451 4.7.1 ");
                    assertThat(ask(client, "203.0.113.10")).isEqualTo("DUNNO");
                }
                program.getOutputStream().close();
                assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(program.exitValue()).isZero();
            } finally {
                program.destroyForcibly();
            }
        }
    }

    private static Process start(ScriptedDnsServer dns) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbedChain.class.getName(),
                        "127.0.0.1",
                        "" + dns.address().getPort(),
                        "inet:127.0.0.1:0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String ask(PolicyClient client, String address) throws IOException {
        return client.ask(PolicyRequest.builder()
                        .attribute("request", PolicyRequest.TYPE)
                        .attribute("protocol_state", "RCPT")
                        .attribute("client_address", address)
                        .attribute("sender", "ann@example.org")
                        .attribute("recipient", "you@example.com")
                        .build())
                .action();
    }
}
