// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.testkit.greylist.GreylistStoreContract;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

@Real("redis")
class RedisContractTest implements GreylistStoreContract {
    private String address = "none";
    private String last = "none";

    @BeforeEach
    void find(RealServers servers) {
        address = servers.redis().uri();
    }

    @Override
    public GreylistStore open() {
        last = Stores.prefix();
        return reopen();
    }

    @Override
    public GreylistStore reopen() {
        return Stores.builder(address).prefix(last).open();
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

    @Override
    public boolean isShared() {
        return true;
    }

    /** Another client of the same server: what was answered is there, whatever became of the first. */
    @Override
    public Optional<GreylistStore> reopenKilled(GreylistStore running) {
        return Optional.of(reopen());
    }
}
