// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

/** Classes of ASCII characters, of which tokens consist; letters beyond ASCII are in none. Stateless. */
final class Characters {
    private Characters() {}

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isSmall(char c) {
        return c >= 'a' && c <= 'z';
    }

    static boolean isCapital(char c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isHex(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    /** Whether it is an ASCII letter or digit. */
    static boolean isAlphanumeric(char c) {
        return isDigit(c) || isSmall(c) || isCapital(c);
    }

    /** Whether it belongs to a word: a letter or digit, in any script. Half a surrogate pair counts as a letter. */
    static boolean isWord(char c) {
        return isAlphanumeric(c) || c >= 0x80;
    }
}
