// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.PolicyRequest;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The identity of a client as the owner of its verified name. A name that was made from the address, as providers name
 * the lines of their customers, says nothing of who is behind it: all bots of one provider would be one client. Such a
 * client is known by its network. Stateless.
 */
final class HostIdentity implements IdentitySource {
    @Override
    public Optional<ClientIdentity> identify(PolicyRequest request, CheckContext context) {
        // Postfix says "unknown" unless the name leads back to the address.
        String name = request.value("client_name").toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.equals("unknown")) {
            return Optional.empty();
        }
        Optional<String> owner = RegistrableDomain.of(name);
        Optional<InetAddress> address = request.clientAddress();
        if (owner.isEmpty() || address.isEmpty()) {
            return Optional.empty();
        }
        String machine = name.substring(0, name.length() - owner.get().length());
        return isGenerated(machine, address.get())
                ? Optional.empty()
                : Optional.of(new ClientIdentity.Host(owner.get()));
    }

    /** Whether these labels hold the last two bytes of the address, or more, in one of the usual ways of writing. */
    static boolean isGenerated(String machine, InetAddress address) {
        byte[] bytes = address.getAddress();
        String hex = HexFormat.of().formatHex(bytes);
        if (machine.replaceAll("[^0-9a-f]", "").contains(hex.substring(hex.length() - 8))) {
            return true;
        }
        if (bytes.length != 4) {
            return false;
        }
        int third = bytes[2] & 0xff;
        int fourth = bytes[3] & 0xff;
        int before = -1;
        for (String digits : machine.replaceAll("[^0-9]+", " ").trim().split(" ", -1)) {
            if (digits.length() == 12 && endsWith(digits, third, fourth)) {
                return true;
            }
            int number = digits.isEmpty() || digits.length() > 3 ? -1 : Integer.parseInt(digits);
            // Forward as in 192-0-2-1, or backward as in 1.2.0.192.
            if ((before == third && number == fourth) || (before == fourth && number == third)) {
                return true;
            }
            before = number;
        }
        return false;
    }

    /** As in 192000002001. */
    private static boolean endsWith(String digits, int third, int fourth) {
        return Integer.parseInt(digits.substring(6, 9)) == third && Integer.parseInt(digits.substring(9)) == fourth;
    }
}
