// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.testkit.real.PostgresServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that is stopped, crashes, freezes or is held up: stages end, and all is well again without a restart. */
@Real("postgresql")
class ServerTroubleTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatGoesAndComesBack(boolean isCrash, RealServers servers) throws Exception {
        PostgresServer server = servers.start(PostgresServer.builder());
        try (TestSource source = Databases.fresh(server);
                JdbcGreylistStore store = Given.open(source)) {
            Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
            if (isCrash) {
                server.crash();
            } else {
                server.stop();
            }
            assertAllFail(store);
            server.startAgain();
            assertGoesOn(store);
        }
    }

    @Test
    void aServerThatFreezes(RealServers servers) throws Exception {
        PostgresServer server = servers.start(PostgresServer.builder());
        try (TestSource source = Databases.fresh(server);
                JdbcGreylistStore store =
                        Given.builder(source).timeout(Duration.ofMillis(300)).open()) {
            Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
            server.freeze();
            assertAllFail(store);
            server.thaw();
            assertGoesOn(store);
        }
    }

    @Test
    void aLockSomebodyHolds(RealServers servers) throws Exception {
        try (TestSource source = Databases.fresh(servers.postgresql());
                JdbcGreylistStore store =
                        Given.builder(source).timeout(Duration.ofMillis(300)).open()) {
            Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
            try (Connection connection = source.getConnection()) {
                connection.setAutoCommit(false);
                try (var statement = connection.createStatement()) {
                    var unused = statement.execute("LOCK TABLE mailstay_entry IN ACCESS EXCLUSIVE MODE");
                }
                assertThat(Given.failureOf(store.record(Given.key(1), Given.at(Given.NOON))))
                        .hasMessageContaining("statement timeout")
                        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FAILED));
                connection.rollback();
                connection.setAutoCommit(true);
            }
            assertGoesOn(store);
        }
    }

    /** PostgreSQL calls a commit done if one cancels its wait for the standby; nobody here must. */
    @Test
    void aCommitThatNoStandbyConfirmsIsNotAnswered(RealServers servers) throws Exception {
        PostgresServer server = servers.start(PostgresServer.builder());
        try (TestSource source = Databases.fresh(server);
                JdbcGreylistStore store =
                        Given.builder(source).timeout(Duration.ofMillis(300)).open()) {
            Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
            Databases.execute(source, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
            Databases.execute(source, "SELECT pg_reload_conf()");
            Databases.await(source, "current_setting('synchronous_standby_names') = 'nobody'");
            assertThat(Given.failureOf(store.record(Given.key(2), Given.at(Given.NOON)))
                            .reason())
                    .isEqualTo(Reason.FAILED);
            Databases.execute(source, "ALTER SYSTEM RESET synchronous_standby_names");
            Databases.execute(source, "SELECT pg_reload_conf()");
            Databases.await(source, "NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep')");
            assertGoesOn(store);
        }
    }

    /** A node that freezes in the middle of a transaction must not keep its rows from the others for ever. */
    @Test
    void aNodeThatFreezesLetsGoOfItsRows(RealServers servers) throws Exception {
        String schema = Databases.freshSchema(servers.postgresql());
        try (TestSource source = Databases.source(schema, servers.postgresql().port());
                JdbcGreylistStore store = Given.open(source)) {
            Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
            try (Session frozen = Session.begin(source, new PostgresDialect(), Duration.ofMillis(200))) {
                var unused = Statements.record(frozen, Given.key(1), Given.at(Given.NOON.plusMillis(1)));
                // This waits for the row, less long than two seconds; nobody ends the session here.
                assertThat(Given.get(store.record(Given.key(1), Given.at(Given.NOON.plusMillis(2))))
                                .entry()
                                .tries())
                        .isEqualTo(2);
            }
        }
    }

    private static void assertAllFail(JdbcGreylistStore store) throws Exception {
        List<CompletionStage<?>> stages = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            stages.add(store.record(Given.key(i), Given.at(Given.NOON)));
        }
        stages.add(store.find(Given.key(1)));
        stages.add(store.forget(Given.key(1)));
        stages.add(store.list(Cursor.START, 10));
        stages.add(store.stats());
        stages.add(store.expire(Given.NOON, 10, Duration.ofSeconds(1)));
        for (CompletionStage<?> stage : stages) {
            assertThat(Given.failureOf(stage).reason()).isEqualTo(Reason.FAILED);
        }
    }

    /** Key 1 was tried at noon. A first connection may still be a dead one, in a pool that has not noticed. */
    private static void assertGoesOn(JdbcGreylistStore store) throws Exception {
        Sighting sighting = Given.get(store.record(Given.key(1), Given.at(Given.NOON.plus(Given.DELAY))));
        assertThat(sighting.kind()).isEqualTo(Sighting.Kind.PASSED);
        assertThat(sighting.entry().firstSeen()).isEqualTo(Given.NOON);
        assertThat(Given.get(store.stats()).passed()).isEqualTo(1);
    }
}
