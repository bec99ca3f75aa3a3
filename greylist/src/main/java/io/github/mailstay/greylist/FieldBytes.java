// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes that are hashed: a domain, then fields, each with its type and its length in front. So no two different
 * lists of fields are ever the same bytes, whatever an address may hold, and what is hashed for one purpose never
 * equals what is hashed for another. Not thread-safe.
 *
 * <p>The codes are part of what stores remember: they must never change, only grow.
 */
final class FieldBytes {
    /** What the hash is for. */
    enum Domain {
        FINGERPRINT(0),
        CLIENT(1),
        TUPLE(2),
        /** Sender and recipient, whatever the client. */
        PAIR(3),
        /** A client within a period of time. */
        PERIOD(4);

        private final int code;

        Domain(int code) {
            this.code = code;
        }
    }

    /** What a field holds. */
    enum Type {
        /** A client known by its network: the prefix length, then the address. */
        NETWORK(1),
        /** A client known by the registrable domain of its name. */
        HOST(2),
        /** A client known by the registrable domain of the sender. */
        SENDER_DOMAIN(3),
        /** A client known by what somebody else found out: how, then what. */
        SUPPLIED_SCHEME(4),
        SUPPLIED_NAME(5),
        /** Eight bytes, most significant first. */
        NUMBER(6),
        /** The null sender; empty. */
        NULL_ADDRESS(16),
        LOCAL_PART(17),
        DOMAIN_PART(18);

        private final int code;

        Type(int code) {
            this.code = code;
        }
    }

    private byte[] bytes = new byte[192];
    private int length;

    FieldBytes(Domain domain) {
        append(domain.code);
    }

    FieldBytes add(Type type, byte[] value) {
        append(type.code);
        append(value.length >>> 24);
        append(value.length >>> 16);
        append(value.length >>> 8);
        append(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    FieldBytes add(Type type, String value) {
        return add(type, value.getBytes(StandardCharsets.UTF_8));
    }

    Hash128 hashWith(KeyHasher hasher) {
        return hasher.hash(bytes, length);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void append(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
