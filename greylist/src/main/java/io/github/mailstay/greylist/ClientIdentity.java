// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.net.AddressRange;
import java.net.InetAddress;

/**
 * Who a client is taken to be: what a retry must have in common with the first try. Immutable; what the identities say of
 * themselves ({@code toString}) names them for a log.
 */
public sealed interface ClientIdentity {
    /**
     * A client known by the network of its address.
     *
     * @param network the range
     */
    record Network(AddressRange network) implements ClientIdentity {
        /** The network of this many leading bits around an address. */
        public static Network around(InetAddress address, int prefix) {
            return new Network(AddressRange.around(address, prefix));
        }

        @Override
        public String toString() {
            return "network:" + network;
        }
    }

    /**
     * A client known by whose machine its verified name says it is.
     *
     * @param domain the registrable domain of the name
     */
    record Host(String domain) implements ClientIdentity {
        @Override
        public String toString() {
            return "host:" + domain;
        }
    }

    /**
     * A client known by the domain it sends for: whoever claims it is the same.
     *
     * @param domain the registrable domain of the sender's address
     */
    record SenderDomain(String domain) implements ClientIdentity {
        @Override
        public String toString() {
            return "sender-domain:" + domain;
        }
    }

    /**
     * A client known by what the embedding program has found out, such as the domain that SPF has authenticated, or the
     * number of the autonomous system that its address belongs to.
     *
     * @param scheme how it was found, as {@code spf} or {@code asn}; 1 to 16 lower case letters and digits
     * @param name what was found, 1 to 255 characters; schemes keep equal names apart
     */
    record Supplied(String scheme, String name) implements ClientIdentity {
        /** Checks both. */
        public Supplied {
            if (!scheme.matches("[a-z0-9]{1,16}")) {
                throw new IllegalArgumentException("scheme is not 1 to 16 lower case letters and digits");
            }
            if (name.isEmpty() || name.length() > 255) {
                throw new IllegalArgumentException("name of a supplied identity is not 1 to 255 characters");
            }
        }

        @Override
        public String toString() {
            return scheme + ":" + name;
        }
    }
}
