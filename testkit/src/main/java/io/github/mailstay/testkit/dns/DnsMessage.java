// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the reply to one query (RFC 1035 section 4.1). Not thread-safe; use it for one reply. */
final class DnsMessage {
    static final int NOERROR = 0;
    static final int FORMERR = 1;
    static final int SERVFAIL = 2;
    static final int NXDOMAIN = 3;
    static final int REFUSED = 5;

    static final int TYPE_A = 1;
    private static final int TYPE_CNAME = 5;
    private static final int TYPE_SOA = 6;
    static final int TYPE_TXT = 16;
    private static final int MAX_STRING = 255;
    private static final int TTL = 60;
    private static final int QR = 0x8000;
    private static final int TC = 0x0200;
    private static final int RD = 0x0100;
    private static final byte[] ASKED_NAME = {(byte) 0xc0, 12};

    private final DnsQuery query;
    private final int rcode;
    private final ByteArrayOutputStream records = new ByteArrayOutputStream();
    private int id;
    private byte[] question;
    private boolean truncated;
    private int answers;
    private int authorities;

    DnsMessage(DnsQuery query, int rcode) {
        this.query = query;
        this.rcode = rcode;
        this.id = query.id();
        this.question = query.question();
    }

    DnsMessage id(int other) {
        id = other & 0xffff;
        return this;
    }

    /** Another question than was asked: the name, type A. */
    DnsMessage question(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(name(name));
        put16(bytes, TYPE_A);
        put16(bytes, 1);
        question = bytes.toByteArray();
        return this;
    }

    DnsMessage truncated() {
        truncated = true;
        return this;
    }

    DnsMessage address(byte[] owner, byte[] address) {
        record(owner, TYPE_A, address);
        answers++;
        return this;
    }

    DnsMessage address(byte[] address) {
        return address(ASKED_NAME, address);
    }

    DnsMessage alias(String target) {
        record(ASKED_NAME, TYPE_CNAME, name(target));
        answers++;
        return this;
    }

    /** A TXT record, in character-strings of 255 octets and a rest (RFC 1035 section 3.3.14: one at least). */
    DnsMessage text(byte[] text) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int at = 0;
        do {
            int length = Math.min(MAX_STRING, text.length - at);
            data.write(length);
            data.write(text, at, length);
            at += length;
        } while (at < text.length);
        record(ASKED_NAME, TYPE_TXT, data.toByteArray());
        answers++;
        return this;
    }

    /** Tells how long "no" may be kept: 60 s (RFC 2308). Behind the answers. */
    DnsMessage soa() {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(name("ns.test"));
        data.writeBytes(name("hostmaster.test"));
        for (int number : new int[] {1, 600, 300, 3600, TTL}) {
            put16(data, number >>> 16);
            put16(data, number);
        }
        record(name("test"), TYPE_SOA, data.toByteArray());
        authorities++;
        return this;
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        put16(bytes, id);
        put16(bytes, QR | (truncated ? TC : 0) | (query.recursionDesired() ? RD : 0) | rcode);
        put16(bytes, 1);
        put16(bytes, answers);
        put16(bytes, authorities);
        put16(bytes, 0);
        bytes.writeBytes(question);
        bytes.writeBytes(records.toByteArray());
        return bytes.toByteArray();
    }

    static byte[] name(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String label : name.split("\\.", -1)) {
            byte[] octets = label.getBytes(StandardCharsets.ISO_8859_1);
            if (octets.length == 0 || octets.length > 63) {
                throw new IllegalArgumentException("'" + name + "' has a label without or with over 63 octets");
            }
            bytes.write(octets.length);
            bytes.writeBytes(octets);
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    private void record(byte[] owner, int type, byte[] data) {
        records.writeBytes(owner);
        put16(records, type);
        put16(records, 1);
        put16(records, 0);
        put16(records, TTL);
        put16(records, data.length);
        records.writeBytes(data);
    }

    private static void put16(ByteArrayOutputStream bytes, int value) {
        bytes.write(value >>> 8);
        bytes.write(value);
    }
}
