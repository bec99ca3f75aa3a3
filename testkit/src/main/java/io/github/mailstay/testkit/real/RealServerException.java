// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

/** A real server did not start, answer or end as a test needs it; the message holds the tail of its log. */
public final class RealServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With no cause beneath it. */
    public RealServerException(String message) {
        super(message);
    }

    /** With the trouble beneath it. */
    public RealServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
