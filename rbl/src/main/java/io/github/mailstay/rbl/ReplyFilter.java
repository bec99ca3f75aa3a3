// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which of a list's addresses count, in Postfix's notation: {@code 127.0.0.[2..11]}, {@code 127.0.[0;1;4..6].2}; and, for
 * lists that give each reason a bit, {@code 127.0.0.&4}, and networks, {@code 127.0.0.0/24}. Immutable.
 *
 * <p>A pattern has four fields, each a number or, in brackets, numbers and ranges with {@code ;} between (postconf(5),
 * {@code reject_rbl_client} and {@code postscreen_dnsbl_sites}), or {@code &} and a number with which it shares a bit. A
 * filter is one or more patterns, of which one has to
 * match: a combined zone counts once, however many of its sub-lists know the client.
 */
public final class ReplyFilter {
    /** The filter that takes every address of 127.0.0.0/8, but not those that look like error codes. */
    public static final ReplyFilter ANY = new ReplyFilter(List.of());

    private static final String ANY_TEXT = "any";
    private static final int MAX_PATTERNS = 64;

    private final List<List<BitSet>> patterns;

    private ReplyFilter(List<List<BitSet>> patterns) {
        this.patterns = patterns;
    }

    /**
     * Reads patterns; a string may hold several with blanks between. {@code any} alone is {@link #ANY}.
     *
     * @param texts 64 patterns at most in all
     * @throws IllegalArgumentException if there is none, or one is not of the notation, or could never match because no
     *     listing is outside 127.0.0.0/8 or within 127.255.0.0/16
     */
    public static ReplyFilter parse(String... texts) {
        return parse(false, texts);
    }

    /**
     * Reads patterns of error codes, which may lie within 127.255.0.0/16.
     *
     * @throws IllegalArgumentException as {@link #parse} does, and for {@code any}
     */
    public static ReplyFilter parseErrors(String... texts) {
        ReplyFilter errors = parse(true, texts);
        if (errors.isAny()) {
            throw new IllegalArgumentException("any is no set of error codes");
        }
        return errors;
    }

    private static ReplyFilter parse(boolean ofErrors, String... texts) {
        List<String> words = new ArrayList<>();
        for (String text : texts) {
            String stripped = text.strip();
            if (!stripped.isEmpty()) {
                words.addAll(List.of(stripped.split("\\s+", -1)));
            }
        }
        if (words.equals(List.of(ANY_TEXT))) {
            return ANY;
        }
        if (words.isEmpty() || words.size() > MAX_PATTERNS) {
            throw new IllegalArgumentException(
                    "a reply filter has 1 to " + MAX_PATTERNS + " patterns, not " + words.size());
        }
        return new ReplyFilter(words.stream()
                .map(word -> new ReplyPatternParser(word, ofErrors).parse())
                .toList());
    }

    /** Whether a pattern matches; an IPv6 address never does. */
    boolean matches(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length != 4) {
            return false;
        }
        return isAny() ? octets[0] == 127 : patterns.stream().anyMatch(pattern -> matches(pattern, octets));
    }

    /** Whether a pattern asks for this address, as {@link #ANY} does for none. */
    boolean names(InetAddress address) {
        return !isAny() && matches(address);
    }

    private boolean isAny() {
        return patterns.isEmpty();
    }

    private static boolean matches(List<BitSet> pattern, byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            if (!pattern.get(i).get(octets[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReplyFilter filter && patterns.equals(filter.patterns);
    }

    @Override
    public int hashCode() {
        return patterns.hashCode();
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return isAny() ? ANY_TEXT : patterns.stream().map(ReplyFilter::text).collect(Collectors.joining(" "));
    }

    private static String text(List<BitSet> pattern) {
        return pattern.stream().map(ReplyFilter::text).collect(Collectors.joining("."));
    }

    private static String text(BitSet field) {
        List<String> parts = new ArrayList<>();
        for (int from = field.nextSetBit(0); from >= 0; ) {
            int behind = field.nextClearBit(from);
            parts.add(behind == from + 1 ? "" + from : from + ".." + (behind - 1));
            from = field.nextSetBit(behind);
        }
        return field.cardinality() == 1 ? parts.get(0) : "[" + String.join(";", parts) + "]";
    }
}
