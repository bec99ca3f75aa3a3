// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A CIDR block of IPv4 or IPv6 addresses, such as {@code 192.0.2.0/24} or {@code 2001:db8::/32}. Immutable.
 *
 * <p>Notation: RFC 4632 (IPv4) and RFC 4291 section 2.3 (IPv6).
 */
public final class AddressRange {
    private final byte[] base;
    private final int prefix;

    private AddressRange(byte[] base, int prefix) {
        this.base = base;
        this.prefix = prefix;
    }

    /**
     * Reads {@code ADDRESS} or {@code ADDRESS/PREFIX}.
     *
     * @throws IllegalArgumentException if it is neither, if the prefix does not fit the address family, or if bits are
     *     set behind the prefix (a typing error more often than a wish)
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String addressText = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = IpAddresses.parse(addressText)
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no IP address or network"));
        int bits = address.getAddress().length * 8;
        int prefix = slash < 0 ? bits : parsePrefix(text.substring(slash + 1), bits, text);
        AddressRange range = around(address, prefix);
        if (!Arrays.equals(range.base, address.getAddress())) {
            throw new IllegalArgumentException("'" + text + "' has bits set behind its prefix; meant is " + range);
        }
        return range;
    }

    /**
     * The block of {@code prefix} bits in which {@code address} lies.
     *
     * @throws IllegalArgumentException if the prefix is not within 0 and 32 (IPv4) or 128 (IPv6)
     */
    public static AddressRange around(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException("prefix " + prefix + " is not within 0 and " + bytes.length * 8);
        }
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new AddressRange(bytes, prefix);
    }

    /** Whether {@code address} lies in this block; an address of the other family never does. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != base.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(bytes, 0, whole, base, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((bytes[whole] ^ base[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    /** The number of leading bits that all addresses of this block share. */
    public int prefix() {
        return prefix;
    }

    /** The lowest address of this block. */
    public InetAddress base() {
        try {
            return InetAddress.getByAddress(base);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && prefix == range.prefix && Arrays.equals(base, range.base);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(base) * 31 + prefix;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return IpAddresses.text(base()) + "/" + prefix;
    }

    private static int parsePrefix(String text, int bits, String whole) {
        // At most three digits, and nothing but digits: Integer.parseInt would take "+24" as well.
        if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("'" + whole + "' has no number behind its slash");
        }
        int prefix = Integer.parseInt(text);
        if (prefix > bits) {
            throw new IllegalArgumentException("'" + whole + "' has a prefix above " + bits);
        }
        return prefix;
    }
}
