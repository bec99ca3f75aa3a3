// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryNameTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.2, 2.0.0.127.bl.test.",
        "192.0.2.199, 199.2.0.192.bl.test.",
        "::ffff:127.0.0.2, 2.0.0.127.bl.test.",
        // The example of RFC 5782 section 2.4.
        "2001:db8:1:2:3:4:567:89ab, b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.bl.test.",
    })
    void isTheAddressBackwardsAndTheZone(String address, String name) {
        assertThat(QueryName.of(address(address), "bl.test")).contains(name);
    }

    @Test
    void aMappedAddressThatTheJdkLeavesMappedIsIpv4Too() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 2};
        InetAddress scoped = Inet6Address.getByAddress(null, mapped, 1);
        assertThat(scoped).isInstanceOf(Inet6Address.class);

        assertThat(QueryName.of(scoped, "bl.test")).contains("2.0.0.127.bl.test.");
        assertThat(QueryName.unmapped(scoped)).isEqualTo(address("127.0.0.2"));
    }

    @Property
    void theNibblesReadBackwardsAreTheAddress(@ForAll @Size(16) byte[] octets) {
        InetAddress address = address(octets);
        String name = QueryName.of(address, "bl.test").orElseThrow();
        String backwards = new StringBuilder(name.substring(0, name.length() - ".bl.test.".length()))
                .reverse()
                .toString()
                .replace(".", "");

        byte[] full = address.getAddress();
        if (full.length == 16) {
            String hex = String.format(Locale.ROOT, "%032x", new BigInteger(1, full));
            assertThat(backwards).isEqualTo(hex);
        }
    }

    @Property
    void theOctetsReadBackwardsAreTheAddress(@ForAll @Size(4) byte[] octets) {
        InetAddress address = address(octets);
        String[] labels = QueryName.of(address, "z").orElseThrow().split("\\.", -1);

        assertThat(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0])
                .isEqualTo(address.getHostAddress());
    }

    @Test
    void aNameHas255OctetsAtMost() {
        String label = "a".repeat(60);
        String zone = String.join(".", label, label, label); // 182 characters
        InetAddress v6 = address("2001:db8::1");
        // 64 for the nibbles, 190 for the zone with its dot: 254 in text are 255 on the wire.
        assertThat(QueryName.of(v6, zone + ".123456"))
                .hasValueSatisfying(name -> assertThat(name).hasSize(254));
        assertThat(QueryName.of(v6, zone + ".1234567")).isEmpty();
        assertThat(QueryName.of(address("192.0.2.1"), zone + ".1234567")).isPresent();
    }
}
