// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.testkit.real.PostgresServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;

/** What the store does with the connections of its embedder. */
@Real("postgresql")
class ConnectionsTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionsAreLeftAsTheyWere(boolean autoCommit, RealServers servers) throws Exception {
        PostgresServer server = servers.postgresql();
        String schema = Databases.freshSchema(server);
        try (TestSource source =
                new TestSource(Databases.url(server.port()), Databases.properties(schema), autoCommit)) {
            try (JdbcGreylistStore store = Given.open(source)) {
                Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
                // One that fails on the server, which leaves a transaction broken behind it.
                Databases.execute(source, "ALTER TABLE mailstay_counter RENAME TO elsewhere");
                if (!autoCommit) {
                    for (Connection connection : source.idle()) {
                        connection.commit();
                    }
                }
                assertThat(Given.failureOf(store.stats())).hasMessageContaining("mailstay_counter");
                Given.get(store.record(Given.key(2), Given.at(Given.NOON)));
            }
            assertThat(source.idle()).isNotEmpty();
            for (Connection connection : source.idle()) {
                assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
                assertThat(connection.getNetworkTimeout()).isZero();
                assertThat(connection.unwrap(PgConnection.class).getTransactionState())
                        .isEqualTo(TransactionState.IDLE);
            }
            try (TestSource reader = Databases.source(schema, server.port())) {
                assertThat(Databases.query(reader, "SELECT count(*) FROM mailstay_entry"))
                        .as("committed")
                        .isEqualTo("2");
            }
        }
    }

    @Test
    void anEmbeddersIsolationDoesNotMatter(RealServers servers) throws Exception {
        PostgresServer server = servers.postgresql();
        var properties = Databases.properties(Databases.freshSchema(server));
        properties.setProperty("options", "-c default_transaction_isolation=serializable");
        try (TestSource source = new TestSource(Databases.url(server.port()), properties, true);
                Session session = Session.begin(source, new PostgresDialect(), Duration.ofSeconds(10));
                ResultSet row = session.statement("SHOW transaction_isolation").executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("read committed");
        }
    }

    /** A source whose connections come with a transaction that somebody began on them. */
    @Test
    void whatWasLeftOpenIsRolledBackFirst(RealServers servers) throws Exception {
        PostgresServer server = servers.postgresql();
        var properties = Databases.properties(Databases.freshSchema(server));
        try (TestSource source = new TestSource(Databases.url(server.port()), properties, false);
                JdbcGreylistStore store = Given.open(source)) {
            Given.get(store.record(Given.key(1), Given.at(Given.NOON)));
            for (Connection connection : source.idle()) {
                try (Statement statement = connection.createStatement()) {
                    var unused = statement.execute("DELETE FROM mailstay_entry");
                }
            }
            assertThat(Given.get(store.record(Given.key(1), Given.at(Given.NOON)))
                            .kind())
                    .isEqualTo(Sighting.Kind.EARLY);
        }
    }

    /** As one to a primary that has become a standby is: a pool would hand it out for ever. */
    @Test
    void aConnectionThatTakesNoWritesIsGivenUp(RealServers servers) throws Exception {
        try (TestSource source = Databases.fresh(servers.postgresql());
                JdbcGreylistStore store = Given.open(source)) {
            try (Connection connection = source.getConnection();
                    var statement = connection.createStatement()) {
                var unused = statement.execute("SET default_transaction_read_only = on");
            }
            assertThat(source.idle()).hasSize(1);
            assertThat(Given.failureOf(store.record(Given.key(1), Given.at(Given.NOON))))
                    .hasMessageContaining("read-only");
            assertThat(Given.get(store.record(Given.key(1), Given.at(Given.NOON)))
                            .kind())
                    .isEqualTo(Sighting.Kind.FIRST);
        }
    }

    @Test
    void manyCallsShareFewTransactions(RealServers servers) throws Exception {
        try (TestSource source = Databases.fresh(servers.postgresql());
                JdbcGreylistStore store = Given.open(source)) {
            int calls = 3000;
            List<CompletionStage<Sighting>> answers = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                answers.add(store.record(Given.key(i), Given.at(Given.NOON)));
            }
            for (CompletionStage<Sighting> answer : answers) {
                Given.get(answer);
            }
            // xmin is the transaction that made a row.
            int transactions =
                    Integer.parseInt(Databases.query(source, "SELECT count(DISTINCT xmin::text) FROM mailstay_entry"));
            assertThat(transactions).isLessThan(calls / 10);
            assertThat(source.mostLent()).as("at once").isBetween(2, 5);
        }
    }
}
