// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.demo;

import io.github.mailstay.policy.PolicyRequest;

/**
 * One question of the demonstration.
 *
 * @param who the kind of sender, for the table
 * @param client its address
 * @param sender its envelope sender, empty for the null sender
 * @param user as whom it has logged in, empty for a stranger
 * @param round when it asks: 0 at once, 1 before the delay is over, 2 behind it
 * @param expected the first word that Postfix must be told
 */
record DemoStep(String who, String client, String sender, String user, int round, String expected) {
    PolicyRequest request() {
        return PolicyRequest.builder()
                .attribute("request", PolicyRequest.TYPE)
                .attribute("protocol_state", "RCPT")
                .attribute("protocol_name", "ESMTP")
                .attribute("client_address", client)
                .attribute("client_name", "unknown")
                .attribute("helo_name", "mail.example.org")
                .attribute("sender", sender)
                .attribute("recipient", "you@example.com")
                .attribute("instance", "demo." + client + "." + round)
                .attribute("sasl_username", user)
                .build();
    }
}
