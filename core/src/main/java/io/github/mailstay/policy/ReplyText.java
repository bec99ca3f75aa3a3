// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.regex.Pattern;

/**
 * What the sender is told: an enhanced status code of RFC 3463 and a text. Immutable.
 *
 * <p>Both are checked when it is made, so that Postfix can neither misread it nor break its reply over it: the text is
 * printable ASCII, not blank, at most {@value #MAX_TEXT} characters, and does not itself begin with a status code.
 *
 * @param enhanced the enhanced status code, such as {@code 4.7.1}
 * @param text the text; public, so it must name no list, no secret and no policy
 */
public record ReplyText(String enhanced, String text) {
    /** The longest text: an SMTP reply line ends at 512 octets (RFC 5321 section 4.5.3.1.5), Postfix adds its own words. */
    public static final int MAX_TEXT = 300;

    private static final Pattern ENHANCED = Pattern.compile("[45]\\.[0-9]{1,3}\\.[0-9]{1,3}");
    private static final Pattern LEADING_CODE = Pattern.compile("[0-9]{3}([ -].*)?|[0-9]+\\.[0-9]+\\.[0-9]+( .*)?");

    /** Checks both parts. */
    public ReplyText {
        if (!ENHANCED.matcher(enhanced).matches()) {
            throw new IllegalArgumentException("'" + printable(enhanced) + "' is no enhanced status code as 4.7.1");
        }
        if (text.isBlank() || text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("a reply text has 1 to " + MAX_TEXT + " characters");
        }
        if (!text.chars().allMatch(c -> c >= ' ' && c <= '~') || !text.strip().equals(text)) {
            throw new IllegalArgumentException(
                    "a reply text is printable ASCII without blanks at its ends: '" + printable(text) + "'");
        }
        if (LEADING_CODE.matcher(text).matches()) {
            throw new IllegalArgumentException("a reply text must not begin with a code: '" + text + "'");
        }
    }

    /** Whether this tells of temporary trouble (a code of class 4). */
    boolean isTemporary() {
        return enhanced.charAt(0) == '4';
    }

    static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    /** {@code 4.7.1 text}, as it stands in an action. */
    @Override
    public String toString() {
        return enhanced + " " + text;
    }
}
