// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "example.org", "192.0.2", "192.0.2.256", "1", "fe80::1%eth0", " 192.0.2.1"})
    void what_is_no_address_is_empty(String text) {
        assertThat(IpAddresses.parse(text)).isEmpty();
    }

    @Test
    void a_mapped_address_is_ipv4() {
        assertThat(IpAddresses.parse("::ffff:192.0.2.1").orElseThrow()).isInstanceOf(Inet4Address.class);
        assertThat(IpAddresses.text(IpAddresses.parse("::ffff:192.0.2.1").orElseThrow()))
                .isEqualTo("192.0.2.1");
        assertThat(IpAddresses.text(IpAddresses.parse("2001:DB8:0:0::1").orElseThrow()))
                .isEqualTo("2001:db8::1");
    }

    @ParameterizedTest
    @CsvSource({
        "a@Example.ORG, a, example.org",
        "A.b@example.org, A.b, example.org",
        "'\"a@b\"@example.org', '\"a@b\"', example.org",
        "postmaster, postmaster, ''",
        "j\u00fcrgen@b\u00fccher.example, j\u00fcrgen, b\u00fccher.example",
        "a@[192.0.2.1], a, [192.0.2.1]"
    })
    void an_address_divides_at_its_last_at(String text, String local, String domain) {
        MailAddress address = MailAddress.of(text);
        assertThat(address.localPart()).isEqualTo(local);
        assertThat(address.domain()).isEqualTo(domain);
        assertThat(address.isNullSender()).isFalse();
        assertThat(MailAddress.of(address.toString())).isEqualTo(address).hasSameHashCodeAs(address);
    }

    @Test
    void the_null_sender_equals_only_itself() {
        assertThat(MailAddress.of("")).isSameAs(MailAddress.NULL_SENDER).hasToString("<>");
        assertThat(MailAddress.of("<>")).isSameAs(MailAddress.NULL_SENDER);
        assertThat(MailAddress.of("@")).isNotEqualTo(MailAddress.NULL_SENDER);
    }

    @Test
    void case_counts_in_the_local_part_only() {
        assertThat(MailAddress.of("A@example.org")).isNotEqualTo(MailAddress.of("a@example.org"));
        assertThat(MailAddress.of("a@EXAMPLE.org")).isEqualTo(MailAddress.of("a@example.org"));
    }
}
