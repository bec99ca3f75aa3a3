// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.policy.PolicyRequest;

/**
 * The mail of a history. Immutable.
 *
 * @param client number of a client, each in a network of its own
 * @param sender number of a sender; 0 is the null sender
 * @param recipient number of a recipient
 */
record Triplet(int client, int sender, int recipient) {
    PolicyRequest request() {
        return PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", address())
                .attribute("sender", sender == 0 ? "" : "s" + sender + "@example.org")
                .attribute("recipient", "r" + recipient + "@example.net")
                .build();
    }

    GreylistKey key(GreylistKeys keys) {
        PolicyRequest request = request();
        return keys.key(keys.client(address()), request.sender(), request.recipient());
    }

    /** What counts its deferrals, whatever its client. */
    CounterKey deferrals(GreylistKeys keys) {
        PolicyRequest request = request();
        return keys.deferrals(request.sender(), request.recipient());
    }

    private String address() {
        return "192.0." + client + ".7";
    }

    @Override
    public String toString() {
        return address() + " with " + (sender == 0 ? "<>" : "s" + sender) + " for r" + recipient;
    }
}
