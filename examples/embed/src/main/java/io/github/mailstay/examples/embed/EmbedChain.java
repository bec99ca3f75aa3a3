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
import io.github.mailstay.rbl.DnsJavaLookup;
import io.github.mailstay.rbl.DnsList;
import io.github.mailstay.rbl.RblCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** A policy server of one's own: who is on a block list is greylisted, in memory. */
public final class EmbedChain {
    private EmbedChain() {}

    /** Serves on {@code inet:127.0.0.1:0} with one list, asked through one resolver; {@code key} has 32 random bytes. */
    public static PolicyServer start(InetSocketAddress resolver, String zone, byte[] key) throws IOException {
        // README begin
        DnsJavaLookup lookup =
                DnsJavaLookup.builder().resolvers(List.of(resolver)).build();
        RblCheck rbl = RblCheck.builder()
                .lookup(lookup)
                .list(DnsList.builder().id("mine").zone(zone).build())
                .build();
        Greylist greylist = Greylist.builder(
                        InMemoryGreylistStore.builder().build(),
                        GreylistKeys.builder(KeyHasher.of(key)).build())
                .build();
        PolicyChain chain = PolicyChain.builder()
                .check("rbl", rbl, FailMode.PASS)
                .check("greylist", greylist, FailMode.PASS)
                .build();
        return PolicyServer.builder(chain)
                .listen(Endpoint.parse("inet:127.0.0.1:0"))
                .start();
        // README end
    }
}
