// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.examples.embed;

import io.github.mailstay.greylist.Greylist;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.KeyHasher;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.PolicyChain;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.PolicyServer;
import io.github.mailstay.rbl.DnsList;
import io.github.mailstay.rbl.RblCheck;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;

/**
 * A policy server of one's own: who is on a block list is greylisted, in memory. Serves until its input ends.
 *
 * <p>Arguments: the resolver's host and port, and where to listen, as {@code 127.0.0.1 53 inet:127.0.0.1:10023}.
 */
public final class EmbedChain {
    private EmbedChain() {}

    /** Serves until the input ends. */
    public static void main(String[] args) throws Exception {
        // README begin
        var resolver = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        var list = DnsList.builder().id("mine").zone("bl.example.org").build();
        var secret = KeyHasher.of(new SecureRandom().generateSeed(KeyHasher.KEY_BYTES));
        try (var dns = DnsJavaLookup.builder().resolvers(List.of(resolver)).build();
                var store = InMemoryGreylistStore.builder().build()) {
            var rbl = RblCheck.builder().lookup(dns).list(list).build();
            var keys = GreylistKeys.builder(secret).build();
            var greylist = Greylist.builder(store, keys).build();
            var chain = PolicyChain.builder()
                    .check("rbl", rbl, FailMode.PASS) // leaves a suspicion ...
                    .check("greylist", greylist, FailMode.PASS) // ... and this acts on it
                    .build();
            var endpoint = Endpoint.parse(args[2]);
            try (var server = PolicyServer.builder(chain).listen(endpoint).start()) {
                System.out.println("serving " + server.endpoints().get(0));
                System.in.transferTo(OutputStream.nullOutputStream()); // until the input ends
            }
        }
        // README end
    }
}
