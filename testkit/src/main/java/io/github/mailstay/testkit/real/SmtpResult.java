// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.List;

/**
 * How an SMTP server answered one message. Immutable.
 *
 * @param recipients the reply to each RCPT TO, in order; empty if MAIL FROM was refused
 * @param last the reply to the message; if none was sent, because nobody would have it, the last refusal
 */
public record SmtpResult(List<SmtpReply> recipients, SmtpReply last) {
    /** Takes a copy of the list. */
    public SmtpResult {
        recipients = List.copyOf(recipients);
    }

    /** Whether the message was accepted for each recipient. */
    public boolean isAccepted() {
        return last.isPositive() && recipients.stream().allMatch(SmtpReply::isPositive);
    }
}
