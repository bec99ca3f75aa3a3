// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Optional;

/** Reads IP addresses as text, never asking the DNS. Stateless. */
public final class IpAddresses {
    private IpAddresses() {}

    /**
     * The address that {@code text} writes down, an IPv4-mapped IPv6 address ({@code ::ffff:192.0.2.1}) as the IPv4
     * address it is. Empty for anything else: {@code ""}, {@code "unknown"}, a host name, a scoped or partial address.
     */
    public static Optional<InetAddress> parse(String text) {
        if (text.isEmpty() || text.indexOf('%') >= 0 || !InetAddresses.isInetAddress(text)) {
            return Optional.empty();
        }
        // Guava and the JDK both turn mapped IPv6 into Inet4Address, which is what RFC 4291 2.5.5.2 means.
        return Optional.of(InetAddresses.forString(text));
    }

    /** The usual text of an address: dotted IPv4, or IPv6 compressed as in RFC 5952. */
    public static String text(InetAddress address) {
        return InetAddresses.toAddrString(address);
    }
}
