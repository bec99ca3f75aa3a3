// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A keyed hash of 128 bits. Immutable. Ordered as its 16 bytes are, big end first and unsigned, which is how databases
 * order them too.
 *
 * @param high the first 8 bytes
 * @param low the last 8 bytes
 */
public record Hash128(long high, long low) implements Comparable<Hash128> {
    /** How many bytes it has. */
    public static final int BYTES = 16;

    /**
     * The hash that these 16 bytes are.
     *
     * @throws IllegalArgumentException if they are not 16
     */
    public static Hash128 of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a hash has " + BYTES + " bytes, not " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Hash128(buffer.getLong(), buffer.getLong());
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
     */
    public static Hash128 parse(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException("a hash has " + 2 * BYTES + " hexadecimal digits");
        }
        return of(HexFormat.of().parseHex(hex));
    }

    /** Its 16 bytes, in an array of the caller's own. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    @Override
    public int compareTo(Hash128 other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /** 32 hexadecimal digits in lower case. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
