// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** How a {@code db_dump} writes bytes: as hexadecimal digits, or as text with {@code \\} and {@code \xx}. */
enum DumpForm {
    /** {@code format=bytevalue}. */
    BYTEVALUE {
        @Override
        Optional<byte[]> decode(byte[] line) {
            int length = line.length - 1;
            if (length % 2 != 0) {
                return Optional.empty();
            }
            byte[] bytes = new byte[length / 2];
            for (int i = 0; i < bytes.length; i++) {
                if (!isHex(line, 1 + 2 * i)) {
                    return Optional.empty();
                }
                bytes[i] = hex(line, 1 + 2 * i);
            }
            return Optional.of(bytes);
        }
    },
    /** {@code format=print}. */
    PRINT {
        @Override
        Optional<byte[]> decode(byte[] line) {
            byte[] bytes = new byte[line.length];
            int length = 0;
            for (int i = 1; i < line.length; i++) {
                if (line[i] != '\\') {
                    bytes[length++] = line[i];
                } else if (i + 1 < line.length && line[i + 1] == '\\') {
                    bytes[length++] = '\\';
                    i++;
                } else if (isHex(line, i + 1)) {
                    bytes[length++] = hex(line, i + 1);
                    i += 2;
                } else {
                    return Optional.empty();
                }
            }
            return Optional.of(Arrays.copyOf(bytes, length));
        }
    };

    /** The bytes behind the blank that a line of data begins with; empty if they are malformed. */
    abstract Optional<byte[]> decode(byte[] line);

    private static boolean isHex(byte[] line, int at) {
        return at + 1 < line.length && HexFormat.isHexDigit(line[at]) && HexFormat.isHexDigit(line[at + 1]);
    }

    private static byte hex(byte[] line, int at) {
        return (byte) (HexFormat.fromHexDigit(line[at]) << 4 | HexFormat.fromHexDigit(line[at + 1]));
    }
}
