// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.examples.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.postfix.PolicyClient;
import io.github.mailstay.postfix.PolicyServer;
import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EmbedChainTest {
    private static PolicyRequest from(String client) {
        return PolicyRequest.builder()
                .attribute("request", PolicyRequest.TYPE)
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", "a@example.org")
                .attribute("recipient", "b@example.com")
                .build();
    }

    @Test
    void who_is_listed_is_greylisted_and_nobody_else() throws IOException {
        try (ScriptedDnsServer dns = ScriptedDnsServer.start()) {
            dns.zone("bl.example", DnsReply.nxdomain()).name("7.2.0.192.bl.example", DnsReply.addresses("127.0.0.2"));
            try (PolicyServer server = EmbedChain.start(dns.address(), "bl.example", new byte[32]);
                    PolicyClient client =
                            PolicyClient.connect(server.endpoints().get(0), Duration.ofSeconds(30))) {
                assertThat(client.ask(from("192.0.2.7")).verb()).isEqualTo("451");
                assertThat(client.ask(from("192.0.2.8")).action()).isEqualTo("DUNNO");
            }
        }
    }
}
