// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** What the DNS said to a question for the A records of a name. Immutable. */
public sealed interface DnsAnswer {
    /**
     * The name has addresses.
     *
     * @param addresses one at least, in any order
     * @param ttl how long they may be kept: the least of their TTLs
     */
    record Addresses(List<InetAddress> addresses, Duration ttl) implements DnsAnswer {
        /** Copies the addresses; there must be one. */
        public Addresses {
            addresses = List.copyOf(addresses);
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException("no address: that is None");
            }
        }
    }

    /**
     * The name is not there, or has no address (NXDOMAIN and NODATA of RFC 2308).
     *
     * @param ttl how long that may be kept: the lesser of the TTL and the minimum of the zone's SOA record, zero if the
     *     answer had none (RFC 2308 section 5)
     */
    record None(Duration ttl) implements DnsAnswer {}

    /**
     * Nobody can tell.
     *
     * @param why one word for the operator, such as {@code timeout}, {@code servfail}, {@code truncated}; never the name
     *     that was asked for, which may hold a secret
     */
    record Failed(String why) implements DnsAnswer {
        private static final Pattern WORD = Pattern.compile("[a-z0-9.:-]{1,64}");

        /** Checks the word. */
        public Failed {
            if (!WORD.matcher(why).matches()) {
                throw new IllegalArgumentException("why it failed is one word of " + WORD);
            }
        }
    }
}
