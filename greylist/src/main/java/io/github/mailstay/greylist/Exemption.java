// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.list.ClientList;
import io.github.mailstay.greylist.list.RecipientList;
import io.github.mailstay.greylist.list.RoleAddresses;
import io.github.mailstay.greylist.list.SenderList;
import io.github.mailstay.policy.PolicyRequest;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A reason not to greylist a request. Thread-safe; does not block.
 *
 * <p>The word that it gives is for the log: {@code result=exempt by=WORD}.
 */
@FunctionalInterface
public interface Exemption {
    /** The shape of a word. */
    Pattern WORD = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** The word, if the request is exempt. */
    Optional<String> of(PolicyRequest request);

    /**
     * An exemption of all requests of which something holds.
     *
     * @throws IllegalArgumentException if the word is not 1 to 32 lower case letters, digits and dashes
     */
    static Exemption when(String word, Predicate<PolicyRequest> holds) {
        if (!WORD.matcher(word).matches()) {
            throw new IllegalArgumentException("the word of an exemption is not as " + WORD);
        }
        Optional<String> reason = Optional.of(word);
        return request -> holds.test(request) ? reason : Optional.empty();
    }

    /** {@code postmaster} and {@code abuse}, who must be reachable (RFC 5321 section 4.5.1, RFC 2142). */
    static Exemption roles() {
        return when("role", request -> RoleAddresses.isRole(request.recipient()));
    }

    /** Clients in an allow list, by address or verified name. */
    static Exemption clients(ClientList list) {
        return when(
                "client-list",
                request -> request.clientAddress()
                        .filter(address -> list.matches(address, request.value("client_name")))
                        .isPresent());
    }

    /** Senders in an allow list. Anybody may claim to be one. */
    static Exemption senders(SenderList list) {
        return when("sender-list", request -> list.matches(request.sender()));
    }

    /** Recipients and domains that have opted out. */
    static Exemption recipients(RecipientList optedOut) {
        return when("opt-out", request -> optedOut.matches(request.recipient()));
    }

    /** All but the recipients and domains that have opted in. */
    static Exemption recipientsExcept(RecipientList optedIn) {
        return when("no-opt-in", request -> !optedIn.matches(request.recipient()));
    }
}
