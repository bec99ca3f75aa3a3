// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One regular expression of a list, found anywhere in a text unless it is anchored, without regard to case. Immutable
 * and thread-safe. An expression that goes on for too long does not match: a list must never hold up a request.
 */
final class ListPattern {
    /** Longer texts match nothing: no host name is longer, nor (but for 65 octets) an address. */
    static final int MAX_TEXT = 255;

    /** How many characters one search may look at; an honest one needs a few thousand. */
    static final int MAX_READS = 100_000;

    private final Pattern pattern;

    private ListPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Reads a Perl expression, without its slashes.
     *
     * @throws IllegalArgumentException if it is none that Java understands in the same way
     */
    static ListPattern of(String expression) {
        try {
            return new ListPattern(Pattern.compile(PerlSyntax.toJava(expression), Pattern.CASE_INSENSITIVE));
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException(
                    "/" + expression + "/: " + wrong.getDescription() + " at character " + (wrong.getIndex() + 1),
                    wrong);
        } catch (StackOverflowError tooDeep) {
            throw new IllegalArgumentException("/" + expression + "/: nested too deeply", tooDeep);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("/" + expression + "/: " + wrong.getMessage(), wrong);
        }
    }

    /** Whether the expression is found in the text, within the limits. */
    boolean isFoundIn(String text) {
        if (text.length() > MAX_TEXT) {
            return false;
        }
        try {
            return pattern.matcher(new CountedText(text)).find();
        } catch (TooManyReads | StackOverflowError tooMuch) {
            // The JDK's matcher recurses for groups: either way the work is out of proportion to a line of text.
            return false;
        }
    }

    /** A text that can be read only so often. Used by one search. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int reads;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            reads++;
            if (reads > MAX_READS) {
                throw new TooManyReads();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Ends a search; it is caught in this file and carries nothing. */
    private static final class TooManyReads extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyReads() {
            super(null, null, false, false);
        }
    }
}
