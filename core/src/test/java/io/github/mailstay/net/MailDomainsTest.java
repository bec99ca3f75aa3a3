// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailDomainsTest {
    @ParameterizedTest
    @CsvSource({
        "Example.ORG, example.org",
        "example.org., example.org",
        "b\u00fccher.example, xn--bcher-kva.example",
        "B\u00dcCHER.example., xn--bcher-kva.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "b\u00fccher\u3002example, xn--bcher-kva.example",
        "stra\u00dfe.example, stra\u00dfe.example",
        "[192.0.2.1], [192.0.2.1]",
        "[IPv6:2001:DB8:0:0::1], [ipv6:2001:db8::1]",
        "[2001:db8::1], [ipv6:2001:db8::1]",
        "[IPv6:::ffff:192.0.2.1], [192.0.2.1]",
        "[not.an.address], [not.an.address]",
        "'b\u00fc cher.example', 'b\u00fc cher.example'",
        "\uff20.example, \uff20.example",
        "a..b\u00fc.example, a..b\u00fc.example",
        "'', ''",
        "'...', ''"
    })
    void a_domain_is_written_one_way(String domain, String canonical) {
        assertThat(MailDomains.canonical(domain)).isEqualTo(canonical);
    }

    @Test
    void a_domain_beyond_the_limit_is_only_lower_cased() {
        String tooLong = "B\u00fc.".repeat(86);
        assertThat(tooLong.length()).isGreaterThan(MailDomains.MAX_LENGTH);
        assertThat(MailDomains.canonical(tooLong)).isEqualTo(tooLong.toLowerCase(Locale.ROOT));
    }

    @Property
    void twice_is_once(@ForAll @StringLength(max = 300) String domain) {
        String once = MailDomains.canonical(domain);
        assertThat(MailDomains.canonical(once)).isEqualTo(once);
    }
}
