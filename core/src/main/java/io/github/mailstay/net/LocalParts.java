// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

/** The one way of quoting the local part of a mail address. Stateless; pure; never throws; linear time. */
public final class LocalParts {
    private LocalParts() {}

    /**
     * The local part without quotes that RFC 5321 section 4.1.2 does not ask for: {@code "john"} and
     * {@code "jo\hn"} become {@code john}, while {@code "john doe"} keeps its quotes, and backslashes only where a
     * quote or backslash follows. An unquoted or misquoted one stays as it is; so does the case of all.
     */
    public static String canonical(String localPart) {
        int end = localPart.length() - 1;
        if (end < 1 || localPart.charAt(0) != '"' || localPart.charAt(end) != '"') {
            return localPart;
        }
        StringBuilder content = new StringBuilder(end);
        for (int i = 1; i < end; i++) {
            char c = localPart.charAt(i);
            if (c == '"') {
                return localPart;
            }
            if (c == '\\') {
                i++;
                if (i == end) {
                    return localPart; // the closing quote is itself quoted
                }
            }
            content.append(localPart.charAt(i));
        }
        return isDotString(content) ? content.toString() : quoted(content);
    }

    /** The Dot-string of RFC 5321, with the characters beyond ASCII that RFC 6531 section 3.3 adds. */
    private static boolean isDotString(CharSequence text) {
        boolean afterDot = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' ? afterDot : !isAtomCharacter(c)) {
                return false;
            }
            afterDot = c == '.';
        }
        return !afterDot;
    }

    private static boolean isAtomCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c >= 0x80
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }

    private static String quoted(CharSequence content) {
        StringBuilder text = new StringBuilder(content.length() + 4).append('"');
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        return text.append('"').toString();
    }
}
