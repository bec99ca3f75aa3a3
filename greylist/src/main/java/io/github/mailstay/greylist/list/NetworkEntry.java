// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.net.IpAddresses;
import java.net.InetAddress;

/** An address or network as a list of clients writes it. Stateless. */
final class NetworkEntry {
    private NetworkEntry() {}

    /** Whether it can only be meant as one: it has a colon, or digits, dots and slashes alone. */
    static boolean isNetwork(String entry) {
        return entry.indexOf(':') >= 0 || entry.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.' || c == '/');
    }

    /**
     * Reads it; bits behind the prefix do not count.
     *
     * @throws IllegalArgumentException if it is none
     */
    static AddressRange parse(String entry) {
        int slash = entry.indexOf('/');
        if (slash < 0) {
            return IpAddresses.parse(entry).isPresent() ? AddressRange.parse(entry) : partial(entry);
        }
        InetAddress address = IpAddresses.parse(entry.substring(0, slash)).orElseThrow(() -> wrong(entry));
        int bits = address.getAddress().length * 8;
        String prefix = entry.substring(slash + 1);
        if (!prefix.matches("[0-9]{1,3}") || Integer.parseInt(prefix) > bits) {
            throw new IllegalArgumentException(
                    "'" + entry + "' has no prefix within 0 and " + bits + " behind its slash");
        }
        return AddressRange.around(address, Integer.parseInt(prefix));
    }

    /** The first one to three numbers of an IPv4 address; one alone needs its dot, or it is too easily a slip. */
    private static AddressRange partial(String entry) {
        int dots = (int) entry.chars().filter(c -> c == '.').count();
        boolean closed = entry.endsWith(".");
        int numbers = closed ? dots : dots + 1;
        if (dots == 0 || numbers > 3) {
            throw wrong(entry);
        }
        String whole = (closed ? entry : entry + ".") + "0.".repeat(3 - numbers) + "0";
        InetAddress base = IpAddresses.parse(whole).orElseThrow(() -> wrong(entry));
        return AddressRange.around(base, numbers * 8);
    }

    private static IllegalArgumentException wrong(String entry) {
        return new IllegalArgumentException("'" + entry + "' is no address or network; those are written 192.0.2.1,"
                + " 192.0.2 (the /24), 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32");
    }
}
