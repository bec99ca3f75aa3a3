// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.net.IpAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses for tests, without a checked exception. */
public final class TestAddresses {
    private TestAddresses() {}

    public static InetAddress address(String text) {
        return IpAddresses.parse(text).orElseThrow();
    }

    public static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
