// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

/** The one spelling of a name under which a {@link CachedLookup} keeps it. Pure. */
final class CacheKey {
    private CacheKey() {}

    /**
     * The name with its ASCII letters in lower case (RFC 4343), and nothing else changed: there are other letters that
     * become ASCII in lower case, the Kelvin sign for one.
     */
    static String of(String name) {
        StringBuilder lower = null;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower = lower == null ? new StringBuilder(name) : lower;
                lower.setCharAt(i, (char) (c + 'a' - 'A'));
            }
        }
        return lower == null ? name : lower.toString();
    }
}
