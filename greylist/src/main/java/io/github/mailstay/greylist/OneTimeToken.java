// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

/**
 * A word that no person made up: a number, a UUID, a hash, an encoded identifier. Stateless.
 *
 * <p>A word is a run of letters and digits. What tells a token from a name is not its alphabet ({@code face},
 * {@code bad}, {@code ade} are hexadecimal) but how often it <em>changes</em>: between letters and digits, or from a
 * small letter to a capital that two small ones do not follow, as in no word ({@code aBc}; {@code NewsLetter} is fine).
 * Names change once at their end at most: {@code john82}, {@code abba1985}, {@code 3com}. A word is a token if it
 *
 * <ul>
 *   <li>is all digits; or
 *   <li>is hexadecimal and has 6 or more characters with 3 changes, 8 with 2, or 16 with 1; or
 *   <li>consists of any ASCII letters and digits, 10 or more with 5 changes, or 16 with 3.
 * </ul>
 *
 * So a hexadecimal run always needs a digit, and more than one spot where digits and letters meet unless it is long.
 * Within other words of a bounce address a run of {@value #LONG_NUMBER} or more digits counts, so that
 * {@code mc123456} is {@code mc#}, while years ({@code list2024}) stay.
 */
final class OneTimeToken {
    static final int LONG_NUMBER = 5;

    private static final int UUID_LENGTH = 36;

    private OneTimeToken() {}

    /** Whether the word between these indexes is a token. */
    static boolean isToken(CharSequence text, int start, int end) {
        Traits word = Traits.of(text, start, end);
        if (!word.ascii) {
            return false;
        }
        int length = end - start;
        boolean number = word.digits == length;
        boolean hexadecimal = word.hexadecimal
                && word.digits > 0
                && ((length >= 6 && word.changes >= 3)
                        || (length >= 8 && word.changes >= 2)
                        || (length >= 16 && word.changes >= 1));
        boolean encoded = (length >= 10 && word.changes >= 5) || (length >= 16 && word.changes >= 3);
        return number || hexadecimal || encoded;
    }

    /**
     * Whether the word is a token that betrays a machine's address by itself: 16 digits (a telephone number has 15 at
     * most), 16 hexadecimal digits with 3 changes, or 20 characters with 5.
     */
    static boolean isTelling(CharSequence text, int start, int end) {
        Traits word = Traits.of(text, start, end);
        int length = end - start;
        return word.ascii
                && ((length >= 16 && word.digits == length)
                        || (length >= 16 && word.hexadecimal && word.digits > 0 && word.changes >= 3)
                        || (length >= 20 && word.changes >= 5));
    }

    /** The end of the UUID (RFC 9562) that starts here, or -1; the character in front is the caller's to look at. */
    static int uuidEnd(CharSequence text, int start) {
        int end = start + UUID_LENGTH;
        if (end > text.length() || (end < text.length() && Characters.isWord(text.charAt(end)))) {
            return -1;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = text.charAt(start + i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : !Characters.isHex(c)) {
                return -1;
            }
        }
        return end;
    }

    /** What is counted in a word. */
    private record Traits(boolean ascii, boolean hexadecimal, int digits, int changes) {
        static Traits of(CharSequence text, int start, int end) {
            boolean ascii = true;
            boolean hexadecimal = true;
            int digits = 0;
            int changes = 0;
            for (int i = start; i < end; i++) {
                char c = text.charAt(i);
                boolean digit = Characters.isDigit(c);
                ascii &= Characters.isAlphanumeric(c);
                hexadecimal &= Characters.isHex(c);
                digits += digit ? 1 : 0;
                if (i > start) {
                    char before = text.charAt(i - 1);
                    boolean mixed = digit != Characters.isDigit(before);
                    changes += mixed || (Characters.isSmall(before) && isOddCapital(text, i, end)) ? 1 : 0;
                }
            }
            return new Traits(ascii, hexadecimal, digits, changes);
        }

        private static boolean isOddCapital(CharSequence text, int at, int end) {
            return Characters.isCapital(text.charAt(at))
                    && !(at + 2 < end
                            && Characters.isSmall(text.charAt(at + 1))
                            && Characters.isSmall(text.charAt(at + 2)));
        }
    }
}
