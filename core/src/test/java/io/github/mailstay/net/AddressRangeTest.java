// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @Property
    void contains_is_equality_of_the_leading_bits(
            @ForAll @Size(4) byte[] a, @ForAll @Size(4) byte[] b, @ForAll @IntRange(max = 32) int prefix)
            throws UnknownHostException {
        checkLaw(a, b, prefix);
        checkLaw(a, nearly(a, b, prefix), prefix);
    }

    @Property
    void contains_is_equality_of_the_leading_bits_v6(
            @ForAll @Size(16) byte[] a, @ForAll @Size(16) byte[] b, @ForAll @IntRange(max = 128) int prefix)
            throws UnknownHostException {
        checkLaw(a, b, prefix);
        checkLaw(a, nearly(a, b, prefix), prefix);
    }

    /** The first prefix bits of a, the rest of b: inside by construction. */
    private static byte[] nearly(byte[] a, byte[] b, int prefix) {
        byte[] mixed = b.clone();
        for (int i = 0; i < prefix; i++) {
            int bit = 0x80 >> (i % 8);
            mixed[i / 8] = (byte) ((mixed[i / 8] & ~bit) | (a[i / 8] & bit));
        }
        return mixed;
    }

    private static void checkLaw(byte[] a, byte[] b, int prefix) throws UnknownHostException {
        AddressRange range = AddressRange.around(InetAddress.getByAddress(a), prefix);
        int shift = a.length * 8 - prefix;
        boolean same = new BigInteger(1, a).shiftRight(shift).equals(new BigInteger(1, b).shiftRight(shift));
        assertThat(range.contains(InetAddress.getByAddress(b))).isEqualTo(same);
        if (InetAddress.getByAddress(a).getAddress().length == a.length) {
            assertThat(AddressRange.parse(range.toString())).isEqualTo(range).hasSameHashCodeAs(range);
        }
    }

    @Test
    void the_other_family_is_never_inside() throws UnknownHostException {
        AddressRange all = AddressRange.parse("0.0.0.0/0");
        assertThat(all.contains(InetAddress.getByName("2001:db8::1"))).isFalse();
        assertThat(AddressRange.parse("::/0").contains(InetAddress.getByName("192.0.2.1")))
                .isFalse();
    }

    @Test
    void a_lone_address_is_a_block_of_one() throws UnknownHostException {
        AddressRange one = AddressRange.parse("192.0.2.7");
        assertThat(one).hasToString("192.0.2.7/32");
        assertThat(one.contains(InetAddress.getByName("192.0.2.7"))).isTrue();
        assertThat(one.contains(InetAddress.getByName("192.0.2.6"))).isFalse();
        assertThat(one.base()).isEqualTo(InetAddress.getByName("192.0.2.7"));
        assertThat(one.prefix()).isEqualTo(32);
    }

    /** "192.0/16" is what postgrey reads as /24. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "192.0/16",
                "192.0.2.0/",
                "192.0.2.0/33",
                "192.0.2.0/+8",
                "192.0.2.0/-1",
                "192.0.2.0/08x",
                "192.0.2.1/24",
                "2001:db8::/129",
                "example.org",
                "unknown",
                "192.0.2.0/24/24",
                "192.0.2.0/9999999999"
            })
    void what_is_no_network_is_refused_with_its_text(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void a_prefix_must_fit_the_family() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("192.0.2.1");
        assertThatThrownBy(() -> AddressRange.around(address, 33)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AddressRange.around(address, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
