// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A question as it came over the wire: one name, one type (RFC 1035 section 4.1). Immutable.
 *
 * <p>Only what a resolver sends is read; anything else is no query, whatever its bytes are.
 */
final class DnsQuery {
    private static final int HEADER = 12;
    private static final int MAX_NAME = 255;

    private final byte[] bytes;
    private final int questionEnd;
    private final String name;

    private DnsQuery(byte[] bytes, int questionEnd, String name) {
        this.bytes = bytes;
        this.questionEnd = questionEnd;
        this.name = name;
    }

    static Optional<DnsQuery> parse(byte[] bytes) {
        // QR, opcode and QDCOUNT: a standard query with one question.
        if (bytes.length < HEADER + 5 || (bytes[2] & 0xf8) != 0 || bytes[4] != 0 || bytes[5] != 1) {
            return Optional.empty();
        }
        StringBuilder name = new StringBuilder();
        int at = HEADER;
        while (at < bytes.length && bytes[at] != 0) {
            int length = bytes[at] & 0xff;
            // A label above 63 octets is a compression pointer, which nothing before it could be the target of.
            if (length > 63 || at + 1 + length >= bytes.length || at + length - HEADER > MAX_NAME) {
                return Optional.empty();
            }
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(bytes, at + 1, length, StandardCharsets.ISO_8859_1));
            at += 1 + length;
        }
        int end = at + 5;
        return end > bytes.length
                ? Optional.empty()
                : Optional.of(new DnsQuery(bytes.clone(), end, name.toString().toLowerCase(Locale.ROOT)));
    }

    /** The name in lower case, without the dot at its end. */
    String name() {
        return name;
    }

    int type() {
        return (bytes[questionEnd - 4] & 0xff) << 8 | (bytes[questionEnd - 3] & 0xff);
    }

    int id() {
        return (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
    }

    boolean recursionDesired() {
        return (bytes[2] & 1) != 0;
    }

    /** The whole message. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** The question section, as it came: case and all. */
    byte[] question() {
        return Arrays.copyOfRange(bytes, HEADER, questionEnd);
    }
}
