// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AddressRangeSetTest {
    @Property
    void contains_is_what_one_of_the_blocks_says(
            @ForAll @Size(max = 8) List<@Size(4) byte[]> bases,
            @ForAll @IntRange(max = 32) int prefix,
            @ForAll @Size(4) byte[] asked)
            throws UnknownHostException {
        List<AddressRange> ranges = new ArrayList<>();
        for (byte[] base : bases) {
            ranges.add(AddressRange.around(InetAddress.getByAddress(base), (prefix + ranges.size() * 5) % 33));
        }
        AddressRangeSet set = AddressRangeSet.of(ranges);
        InetAddress address = InetAddress.getByAddress(asked);
        assertThat(set.contains(address)).isEqualTo(ranges.stream().anyMatch(range -> range.contains(address)));
        for (AddressRange range : ranges) {
            assertThat(set.contains(range.base())).isTrue();
        }
    }

    @Test
    void families_stay_apart_and_doubles_count_once() throws UnknownHostException {
        AddressRangeSet set = AddressRangeSet.of(
                List.of(AddressRange.parse("::/0"), AddressRange.parse("::/0"), AddressRange.parse("192.0.2.0/24")));
        assertThat(set.size()).isEqualTo(2);
        assertThat(set.contains(InetAddress.getByName("198.51.100.1"))).isFalse();
        assertThat(set.contains(InetAddress.getByName("2001:db8::1"))).isTrue();
        assertThat(AddressRangeSet.of(List.of()).contains(InetAddress.getByName("2001:db8::1")))
                .isFalse();
    }
}
