// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import java.util.Locale;
import java.util.Set;

/**
 * The few places where a Perl regular expression means something else to Java, without either complaining: bracketed
 * character classes. Stateless.
 */
final class PerlSyntax {
    private static final Set<String> POSIX = Set.of(
            "alpha", "digit", "alnum", "upper", "lower", "punct", "graph", "print", "blank", "cntrl", "xdigit",
            "space");

    private PerlSyntax() {}

    /**
     * The expression for Java: {@code [[:digit:]]} becomes {@code [\p{Digit}]}.
     *
     * @throws IllegalArgumentException if a character class holds a bare {@code [} or {@code &&}, which are plain text
     *     to Perl, and a nested class or an intersection to Java
     */
    static String toJava(String expression) {
        StringBuilder java = new StringBuilder(expression.length() + 16);
        boolean inClass = false;
        int at = 0;
        while (at < expression.length()) {
            char c = expression.charAt(at);
            int length = 1;
            if (c == '\\') {
                length = Math.min(2, expression.length() - at);
            } else if (!inClass) {
                inClass = c == '[';
                length = inClass ? opening(expression, at) : 1;
            } else if (c == ']') {
                inClass = false;
            } else if (expression.startsWith("[:", at)) {
                int end = expression.indexOf(":]", at);
                java.append(posix(end < 0 ? "" : expression.substring(at + 2, end)));
                at = end + 2;
                continue;
            } else if (c == '[' || expression.startsWith("&&", at)) {
                throw new IllegalArgumentException("within [...], write \\[ for [ and \\&& for &&");
            }
            java.append(closingEscaped(expression, at, length));
            at += length;
        }
        return java.toString();
    }

    /** The length of what opens a class; a bracket that closes right behind it is text. */
    private static int opening(String expression, int at) {
        int end = at + 1;
        if (expression.startsWith("^", end)) {
            end++;
        }
        return expression.startsWith("]", end) ? end + 1 - at : end - at;
    }

    private static String closingEscaped(String expression, int at, int length) {
        String text = expression.substring(at, at + length);
        return length > 1 && text.charAt(0) == '[' && text.endsWith("]") ? text.substring(0, length - 1) + "\\]" : text;
    }

    private static String posix(String name) {
        boolean negated = name.startsWith("^");
        String bare = negated ? name.substring(1) : name;
        if (!POSIX.contains(bare)) {
            throw new IllegalArgumentException("[:" + name + ":] is no character class");
        }
        String java =
                bare.equals("xdigit") ? "XDigit" : bare.substring(0, 1).toUpperCase(Locale.ROOT) + bare.substring(1);
        return (negated ? "\\P{" : "\\p{") + java + "}";
    }
}
