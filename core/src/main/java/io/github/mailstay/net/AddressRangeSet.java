// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Any number of CIDR blocks, asked together. Immutable. A question costs one hash lookup for each prefix length that
 * occurs, however many blocks there are.
 */
public final class AddressRangeSet {
    private final Set<AddressRange> ranges;
    private final int[] ipv4Prefixes;
    private final int[] ipv6Prefixes;

    private AddressRangeSet(Set<AddressRange> ranges) {
        this.ranges = ranges;
        ipv4Prefixes = prefixes(ranges, 4);
        ipv6Prefixes = prefixes(ranges, 16);
    }

    /** A set of these blocks, each once. */
    public static AddressRangeSet of(Collection<AddressRange> ranges) {
        return new AddressRangeSet(Set.copyOf(ranges));
    }

    /** Whether {@code address} lies in at least one block. */
    public boolean contains(InetAddress address) {
        for (int prefix : address.getAddress().length == 4 ? ipv4Prefixes : ipv6Prefixes) {
            if (ranges.contains(AddressRange.around(address, prefix))) {
                return true;
            }
        }
        return false;
    }

    /** How many blocks there are, doubles counted once. */
    public int size() {
        return ranges.size();
    }

    private static int[] prefixes(Set<AddressRange> ranges, int bytes) {
        Set<Integer> prefixes = new TreeSet<>();
        for (AddressRange range : ranges) {
            if (range.base().getAddress().length == bytes) {
                prefixes.add(range.prefix());
            }
        }
        return prefixes.stream().mapToInt(Integer::intValue).toArray();
    }
}
