// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.testkit.greylist.GreylistStoreContract;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

@Real("postgresql")
class JdbcContractTest implements GreylistStoreContract {
    private @Nullable RealServers servers;
    private @Nullable TestSource last;

    @BeforeEach
    void keep(RealServers given) {
        servers = given;
    }

    @Override
    public GreylistStore open() throws SQLException {
        RealServers real = given(servers);
        if (last != null) {
            last.close(); // a test opens one after the other, and the server has only so many connections
        }
        last = real.keep(Databases.fresh(real.postgresql())); // its connections end with the test
        return reopen();
    }

    @Override
    public GreylistStore reopen() {
        return JdbcGreylistStore.builder(given(last), Databases.FINGERPRINT).open();
    }

    @Override
    public boolean isDurable() {
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

    private static <T> T given(@Nullable T thing) {
        if (thing == null) {
            throw new IllegalStateException("not set up");
        }
        return thing;
    }
}
