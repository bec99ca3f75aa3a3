// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.ClientIdentity;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.net.AddressRange;
import io.github.mailstay.net.IpAddresses;
import java.net.InetAddress;
import java.util.regex.Pattern;

/** Turns the addresses and networks that other greylists write into our client identities. Immutable. */
final class ClientNetworks {
    private static final Pattern CLASS_C = Pattern.compile("[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
    private static final Pattern HALF_IPV6 = Pattern.compile("[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){3}");

    private final GreylistKeys keys;

    ClientNetworks(GreylistKeys keys) {
        this.keys = keys;
    }

    /** The network of a whole address. */
    ClientIdentity address(String text) {
        return keys.network(parse(text));
    }

    /**
     * The network of an address that another greylist has cut to /24 (IPv6: /64), if its last bits are zero; else of the
     * whole address.
     */
    ClientIdentity usualNetwork(String text) {
        InetAddress address = parse(text);
        int bits = isIpv4(address) ? 24 : 64;
        return AddressRange.around(address, bits).base().equals(address) ? known(address, bits) : keys.network(address);
    }

    /** An address, or its first half: {@code 192.0.2} for a /24, {@code 2001:db8:1:2} for a /64. */
    ClientIdentity addressOrHalf(String text) {
        if (CLASS_C.matcher(text).matches()) {
            return known(parse(text + ".0"), 24);
        }
        return HALF_IPV6.matcher(text).matches() ? known(parse(text + "::"), 64) : address(text);
    }

    private ClientIdentity known(InetAddress address, int bits) {
        ClientIdentity.Network network = keys.network(address);
        if (network.network().prefix() > bits) {
            throw new IllegalArgumentException("the client is a /" + bits + ", and ours are smaller: /"
                    + network.network().prefix());
        }
        return network;
    }

    private static boolean isIpv4(InetAddress address) {
        return address.getAddress().length == 4;
    }

    private static InetAddress parse(String text) {
        return IpAddresses.parse(text).orElseThrow(() -> new IllegalArgumentException("the client is no IP address"));
    }
}
