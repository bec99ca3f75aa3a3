// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Reads one pattern of a {@link ReplyFilter}, by recursive descent: four fields, or a network in CIDR notation, which is
 * four fields as well. Not thread-safe; use it for one pattern.
 */
final class ReplyPatternParser {
    private static final int MAX_LENGTH = 1000;
    private static final int MAX_SHOWN = 80;

    private final String text;
    private final boolean ofErrors;
    private int at;

    ReplyPatternParser(String text, boolean ofErrors) {
        this.text = text;
        this.ofErrors = ofErrors;
    }

    /** Four fields, each the set of the numbers it takes. */
    List<BitSet> parse() {
        if (text.length() > MAX_LENGTH) {
            throw error("is longer than " + MAX_LENGTH + " characters", MAX_LENGTH);
        }
        List<BitSet> fields = new ArrayList<>(4);
        for (int i = 0; i < 4; i++) {
            if (i > 0) {
                expect('.', "a '.' and a further field are missing");
            }
            int start = at;
            fields.add(field());
            if (i == 0 && !fields.get(0).get(127)) {
                throw error("never matches, no listing is outside 127.0.0.0/8", start);
            }
            if (i == 1 && !ofErrors && fields.get(1).nextSetBit(0) == 255) {
                throw error("never matches, 127.255.0.0/16 are error codes", start);
            }
        }
        if (take('/')) {
            cutTo(number(), fields);
        }
        if (at < text.length()) {
            throw error("has more than four fields", at);
        }
        return List.copyOf(fields);
    }

    /** Behind so many bits, any number goes. */
    private void cutTo(int prefix, List<BitSet> fields) {
        if (prefix < 8 || prefix > 32) {
            throw error("has a network of /" + prefix + ", not /8 to /32", at);
        }
        for (int i = 0; i < fields.size(); i++) {
            BitSet field = fields.get(i);
            if (field.cardinality() != 1) {
                throw error("has a network and a set", at);
            }
            int free = Math.max(0, Math.min(8, 8 * (i + 1) - prefix));
            int base = field.nextSetBit(0);
            if ((base & ((1 << free) - 1)) != 0) {
                throw error("has bits behind its /" + prefix, at);
            }
            field.set(base, base + (1 << free));
        }
    }

    private BitSet field() {
        BitSet field = new BitSet(256);
        if (take('&')) {
            int start = at;
            int mask = number();
            if (mask == 0) {
                throw error("has a mask without bits", start);
            }
            for (int i = 0; i < 256; i++) {
                field.set(i, (i & mask) != 0);
            }
            return field;
        }
        if (!take('[')) {
            field.set(number());
            return field;
        }
        do {
            int start = at;
            int from = number();
            int to = from;
            if (take('.')) {
                expect('.', "a range is written as 2..11");
                to = number();
            }
            if (to < from) {
                throw error("has a range that ends before it begins", start);
            }
            field.set(from, to + 1);
        } while (take(';'));
        expect(']', "a ';', '..' or ']' is missing");
        return field;
    }

    private int number() {
        int start = at;
        int number = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            number = number * 10 + text.charAt(at++) - '0';
            if (number > 255) {
                throw error("has a number above 255", start);
            }
        }
        if (at == start) {
            throw error("a number is missing", at);
        }
        return number;
    }

    private boolean take(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c, String otherwise) {
        if (!take(c)) {
            throw error(otherwise, at);
        }
    }

    private IllegalArgumentException error(String what, int position) {
        String shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
        return new IllegalArgumentException("reply pattern '" + shown.replaceAll("[^ -~]", "?") + "': " + what
                + " (at character " + (position + 1) + ")");
    }
}
