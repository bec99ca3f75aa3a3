// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

/** Replies that no proper name server sends. */
public final class TestReplies {
    private TestReplies() {}

    /** The query as a reply that is truncated. */
    public static byte[] cut(byte[] query) {
        query[2] |= (byte) 0x82;
        return query;
    }
}
