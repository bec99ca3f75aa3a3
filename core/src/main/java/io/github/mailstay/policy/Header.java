// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.regex.Pattern;

/**
 * A header field that a check puts on the message. Immutable; checked to be one valid line of RFC 5322.
 *
 * @param name printable ASCII without colon, at most 64 characters
 * @param value printable ASCII, not blank, at most 800 characters (RFC 5322 section 2.1.1 allows lines of 998)
 */
public record Header(String name, String value) {
    private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[ -~]{1,800}");

    /** Checks name and value. */
    public Header {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + ReplyText.printable(name) + "' is no header name");
        }
        if (!VALUE.matcher(value).matches() || value.isBlank()) {
            throw new IllegalArgumentException("the value of header " + name + " is no printable ASCII line");
        }
    }

    /** {@code Name: value}. */
    @Override
    public String toString() {
        return name + ": " + value;
    }
}
