// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.io.IOException;

/** Bytes that are not of the policy protocol, or beyond its limits. The connection they came on is of no more use. */
public final class PolicyProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    /** With a message that says what was wrong, never quoting more than a name. */
    public PolicyProtocolException(String message) {
        super(message);
    }
}
