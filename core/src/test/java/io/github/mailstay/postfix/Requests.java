// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import io.github.mailstay.policy.PolicyRequest;

/** Requests for tests. */
final class Requests {
    private Requests() {}

    static PolicyRequest.Builder rcpt(String client, String sender, String recipient) {
        return PolicyRequest.builder()
                .attribute("request", PolicyRequest.TYPE)
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", sender)
                .attribute("recipient", recipient);
    }

    static PolicyRequest numbered(int number) {
        return rcpt("192.0.2.1", "s" + number + "@example.org", "r@example.net")
                .attribute("instance", "i" + number)
                .build();
    }
}
