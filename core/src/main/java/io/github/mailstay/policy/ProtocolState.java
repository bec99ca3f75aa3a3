// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

/**
 * The point of the SMTP conversation at which Postfix asks ({@code protocol_state}, SMTPD_POLICY_README). {@code BDAT}
 * is shown as {@code DATA}.
 */
public enum ProtocolState {
    /** At connect time, before any command. */
    CONNECT("CONNECT"),
    /** At EHLO. */
    EHLO("EHLO"),
    /** At HELO. */
    HELO("HELO"),
    /** At MAIL FROM. */
    MAIL("MAIL"),
    /** At RCPT TO: one request a recipient. */
    RCPT("RCPT"),
    /** At DATA. */
    DATA("DATA"),
    /** Behind the end of the message. */
    END_OF_MESSAGE("END-OF-MESSAGE"),
    /** At VRFY. */
    VRFY("VRFY"),
    /** At ETRN. */
    ETRN("ETRN"),
    /** A state this version does not know, or none given. */
    OTHER("");

    private final String wire;

    ProtocolState(String wire) {
        this.wire = wire;
    }

    /** The word on the wire; empty for {@link #OTHER}. */
    public String wire() {
        return wire;
    }

    static ProtocolState of(String word) {
        // RCPT first: nearly every request is one.
        if (word.equals(RCPT.wire)) {
            return RCPT;
        }
        for (ProtocolState state : values()) {
            if (state.wire.equals(word)) {
                return state;
            }
        }
        return OTHER;
    }
}
