// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.PolicyRequest;
import java.util.Optional;

/**
 * Finds out who a client is, beyond its address. Pools of senders retry from other machines: with an identity that the
 * pool has in common its retries count, whatever the address. An identity changes the key of a triplet; it never spares
 * anybody the wait.
 *
 * <p>Implementations are thread-safe and do not block: what must be looked up first (SPF, the autonomous system) is the
 * work of an earlier check of the chain, which leaves a note in the context.
 */
@FunctionalInterface
public interface IdentitySource {
    /** Who the client is; empty if this does not know, and then the network of its address stands for it. */
    Optional<ClientIdentity> identify(PolicyRequest request, CheckContext context);

    /** The network of the address, always: the usual source. */
    static IdentitySource network() {
        return (request, context) -> Optional.empty();
    }

    /**
     * The registrable domain of the sender, whatever the address: mild, since anybody may claim a domain; the network
     * for the null sender.
     */
    static IdentitySource senderDomain() {
        return (request, context) -> {
            String domain = request.sender().domain();
            if (domain.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    new ClientIdentity.SenderDomain(RegistrableDomain.of(domain).orElse(domain)));
        };
    }

    /**
     * The registrable domain of the client's name, if its forward and reverse records agree (Postfix's
     * {@code client_name}) and the name is not one that a provider generates from addresses; else the network.
     */
    static IdentitySource host() {
        return new HostIdentity();
    }
}
