// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Reads one pattern of a {@link ReplyFilter}, by recursive descent. Not thread-safe; use it for one pattern. */
final class ReplyPatternParser {
    private static final int MAX_LENGTH = 1000;
    private static final int MAX_SHOWN = 80;

    private final String text;
    private int at;

    ReplyPatternParser(String text) {
        this.text = text;
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
            if (i == 1 && fields.get(1).nextSetBit(0) == 255) {
                throw error("never matches, 127.255.0.0/16 are error codes", start);
            }
        }
        if (at < text.length()) {
            throw error("has more than four fields", at);
        }
        return List.copyOf(fields);
    }

    private BitSet field() {
        BitSet field = new BitSet(256);
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
