// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostIdentityTest {
    @ParameterizedTest
    @CsvSource({
        // Names of mail servers, numbered ones among them.
        "192.0.2.25, mail.example.org, host:example.org",
        "192.0.2.25, mail-25.out.example.co.uk, host:example.co.uk",
        "192.0.2.25, MX2.Example.ORG, host:example.org",
        "192.0.2.25, a2-25.smtp-out.example.com, ",
        "192.0.2.25, o25.mailer.example.com, host:example.com",
        "2001:db8::1, mail.example.net, host:example.net",
        // Names made from the address: forward, backward, padded, joined, in hexadecimal, with a prefix.
        "192.0.2.25, 192-0-2-25.dyn.example.net, ",
        "192.0.2.25, host25.2.0.192.dsl.example.net, ",
        "192.0.2.25, p-192.000.002.025.example.net, ",
        "192.0.2.25, h192000002025.example.net, ",
        "192.0.2.25, c0000219.cable.example.net, ",
        "192.0.2.25, ip-c0-00-02-19.example.net, ",
        "2001:db8::aabb:ccdd, p20010db800000000aabbccdd.dip.example.net, ",
        // Not verified, no name, nobody's.
        "192.0.2.25, unknown, ",
        "192.0.2.25, '', ",
        "192.0.2.25, co.uk, ",
        "192.0.2.25, localhost, ",
        "192.0.2.25, 'not a name', ",
        "unknown, mail.example.org, ",
    })
    void theOwnerOfAName(String address, String name, String identity) {
        PolicyRequest request = PolicyRequest.builder()
                .attribute("client_address", address)
                .attribute("client_name", name == null ? "" : name)
                .build();
        String found = new HostIdentity()
                .identify(request, CheckContext.of(Deadline.in(Duration.ofMinutes(1))))
                .map(ClientIdentity::toString)
                .orElse(null);
        assertThat(found).isEqualTo(identity);
    }
}
