// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.List;

/**
 * One zone of an rbldnsd. Immutable. Source: rbldnsd(8), DATASET FORMATS; the test points are RFC 5782's.
 *
 * @param name the zone's domain
 * @param type rbldnsd's type of its data: {@code ip4trie}, {@code ip6trie}, {@code dnset}, {@code generic},
 *     {@code combined} and others
 * @param data what its file holds
 */
record RbldnsdZone(String name, String type, String data) {
    private static final String HEAD = """
            $SOA 60 ns.rig.test hostmaster.rig.test 0 600 300 3600 60
            $NS 60 ns.rig.test
            $TTL 60
            """;

    RbldnsdZone {
        if (!isName(name)) {
            throw new IllegalArgumentException("zone: '" + name + "' is no domain name");
        }
        if (!type.matches("[a-z0-9]{1,20}")) {
            throw new IllegalArgumentException("zone " + name + ": '" + type + "' is no type of data");
        }
    }

    static boolean isName(String name) {
        return name.matches("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63}){0,20}");
    }

    /** The ready ones. */
    static List<RbldnsdZone> ready() {
        return List.of(
                new RbldnsdZone(RbldnsdServer.IP4, "ip4trie", HEAD + """
                        :127.0.0.2:Listed by ip4.rig.test, see http://rig.test/?$
                        127.0.0.2
                        192.0.2.0/24
                        !192.0.2.200
                        198.51.100.7 :127.0.0.4:Open proxy $
                        """),
                new RbldnsdZone(RbldnsdServer.IP6, "ip6trie", HEAD + """
                        :127.0.0.2:Listed by ip6.rig.test $
                        0:0:0:0:0:ffff:7f00:2/128
                        2001:db8:bad::/48
                        !2001:db8:bad:1::/64
                        """),
                new RbldnsdZone(RbldnsdServer.DOMAINS, "dnset", HEAD + """
                        :127.0.0.2:Domain $ is listed
                        test
                        .spam.example
                        !ok.spam.example
                        """),
                // rbldnsd has no wildcard over everything: all of IPv4, all of IPv6, and names below some top domains.
                new RbldnsdZone(RbldnsdServer.ERROR, "combined", HEAD + """
                        $DATASET ip4trie @
                        :127.255.255.254:Error: open resolver; see http://rig.test/returnc/pub/
                        0.0.0.0/0
                        $DATASET ip6trie @
                        :127.255.255.254:Error: open resolver; see http://rig.test/returnc/pub/
                        0/0
                        $DATASET dnset @
                        :127.255.255.254:Error: open resolver; see http://rig.test/returnc/pub/
                        .com
                        .net
                        .org
                        .example
                        .test
                        .invalid
                        """),
                new RbldnsdZone(RbldnsdServer.WHITE, "ip4trie", HEAD + """
                        :127.0.10.1:Good sender $
                        127.0.0.2
                        203.0.113.0/24
                        """),
                new RbldnsdZone(RbldnsdServer.MULTI, "generic", HEAD + """
                        1.2.0.192 A 127.0.0.2
                        1.2.0.192 A 127.0.0.4
                        1.2.0.192 A 127.0.0.10
                        1.2.0.192 TXT "reason one"
                        1.2.0.192 TXT "reason two"
                        """));
    }
}
