// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.testkit.greylist.GreylistStoreContract;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisCluster;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@Real("redis")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisClusterContractTest implements GreylistStoreContract {
    private RedisCluster cluster;
    private String last = "none";

    @BeforeAll
    void start(RealServers servers) {
        cluster = servers.keep(RedisCluster.start());
    }

    @Override
    public GreylistStore open() {
        last = Stores.prefix();
        return reopen();
    }

    @Override
    public GreylistStore reopen() {
        return Stores.builder(cluster.uris()).cluster(true).prefix(last).open();
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public boolean isOrdered() {
        return false;
    }

    @Override
    public boolean expiresByItself() {
        return true;
    }

    /** What belongs to one client lies in one slot, and clients are spread over the slots. */
    @Test
    void aClientsKeysShareTheirSlot() {
        Names names = new Names(Stores.prefix());
        Set<String> slots = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Hash128 client = new Hash128(i, -i);
            String slot = slot(names.of(new GreylistKey(client, new Hash128(1, i))));
            assertThat(List.of(
                            slot(names.of(new GreylistKey(client, new Hash128(2, i)))),
                            slot(names.of(new CounterKey("passes", client)))))
                    .containsOnly(slot);
            slots.add(slot);
        }
        assertThat(slots).hasSizeGreaterThan(10);
    }

    private String slot(String key) {
        return cluster.nodes().get(0).command("CLUSTER", "KEYSLOT", key);
    }
}
