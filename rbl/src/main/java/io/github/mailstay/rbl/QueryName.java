// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/** Makes the name under which a list keeps an address or a domain (RFC 5782 sections 2.1, 2.4 and 3). Pure. */
final class QueryName {
    /** 255 octets on the wire (RFC 1035 section 3.1): a length octet for each label, where text has the dot behind it. */
    private static final int MAX_TEXT = 254;

    private static final char[] NIBBLES = "0123456789abcdef".toCharArray();
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private QueryName() {}

    /**
     * The octets of an IPv4 address or the nibbles of an IPv6 one, last first, and the zone; absolute.
     *
     * @param zone without a dot at its end
     * @return empty if it is longer than a name can be
     */
    static Optional<String> of(InetAddress address, String zone) {
        byte[] octets = unmapped(address).getAddress();
        StringBuilder name = new StringBuilder(64 + zone.length() + 1);
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(NIBBLES[octet & 15])
                        .append('.')
                        .append(NIBBLES[octet >> 4])
                        .append('.');
            }
        }
        name.append(zone).append('.');
        return name.length() > MAX_TEXT ? Optional.empty() : Optional.of(name.toString());
    }

    /**
     * The domain and the zone; absolute.
     *
     * @param domain as {@link RblQuery} keeps it
     * @return empty if it is longer than a name can be
     */
    static Optional<String> of(String domain, String zone) {
        String name = domain + '.' + zone + '.';
        return name.length() > MAX_TEXT ? Optional.empty() : Optional.of(name);
    }

    /** The IPv4 address in an IPv4-mapped one; any other as it is. The JDK unmaps most itself, scoped ones it does not. */
    static InetAddress unmapped(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length != 16 || !Arrays.equals(octets, 0, MAPPED.length, MAPPED, 0, MAPPED.length)) {
            return address;
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are always an address", e);
        }
    }
}
