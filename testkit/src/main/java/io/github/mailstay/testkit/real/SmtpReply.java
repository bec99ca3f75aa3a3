// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

/**
 * An SMTP server's reply (RFC 5321 section 4.2). Immutable.
 *
 * @param code the reply code, 200 to 559
 * @param text what follows the code, with the enhanced status code if there is one; the lines of a longer reply are
 *     parted by LF
 */
public record SmtpReply(int code, String text) {
    /** Whether the command was accepted (2xx), or its data is awaited (3xx). */
    public boolean isPositive() {
        return code < 400;
    }

    /** Whether the client shall try again later (4xx). */
    public boolean isTemporary() {
        return code >= 400 && code < 500;
    }

    /** {@code 450 4.7.1 text}. */
    @Override
    public String toString() {
        return code + " " + text;
    }
}
