// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import io.github.mailstay.testkit.real.PostgresServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Several stores on one database, as several daemons have them: they agree, and do not stand in each other's way. */
@Real("postgresql")
class SharedDatabaseTest {
    private static final int KEYS = 300;

    /** Instead of the usual limit of a transaction: what matters here is that nothing hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void oneFirstAndOneFirstSeenAKey(RealServers servers) throws Exception {
        String schema = Databases.freshSchema(servers.postgresql());
        String before = deadlocks(servers, schema);
        int port = servers.postgresql().port();
        try (TestSource here = Databases.source(schema, port);
                TestSource there = Databases.source(schema, port);
                JdbcGreylistStore one = Given.open(here);
                JdbcGreylistStore other = Given.open(there)) {
            List<List<CompletionStage<Sighting>>> answers = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                answers.add(new ArrayList<>());
            }
            // Each key three times on each node, and the nodes go through the keys in opposite directions.
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < KEYS; i++) {
                    answers.get(i).add(one.record(Given.key(i), Given.at(Given.NOON.plusMillis(i))));
                    int j = KEYS - 1 - i;
                    answers.get(j).add(other.record(Given.key(j), Given.at(Given.NOON.plusMillis(j))));
                }
            }
            for (int i = 0; i < KEYS; i++) {
                Set<Instant> firstSeen = new HashSet<>();
                Set<Long> tries = new HashSet<>();
                int firsts = 0;
                for (CompletionStage<Sighting> answer : answers.get(i)) {
                    Sighting sighting = Given.get(answer);
                    firsts += sighting.kind() == Sighting.Kind.FIRST ? 1 : 0;
                    firstSeen.add(sighting.entry().firstSeen());
                    tries.add(sighting.entry().tries());
                }
                assertThat(firsts).as("firsts of key " + i).isEqualTo(1);
                assertThat(firstSeen).containsExactly(Given.NOON.plusMillis(i));
                assertThat(tries).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
            }
        }
        assertThat(deadlocks(servers, schema)).isEqualTo(before);
    }

    /** Tallies and the ends of counts on the same counters, from both nodes, in opposite directions. */
    @Test
    void visitsWaitButNeverForEachOther(RealServers servers) throws Exception {
        String schema = Databases.freshSchema(servers.postgresql());
        String before = deadlocks(servers, schema);
        int port = servers.postgresql().port();
        try (TestSource here = Databases.source(schema, port);
                TestSource there = Databases.source(schema, port);
                JdbcGreylistStore one = Given.builder(here).timeout(PATIENCE).open();
                JdbcGreylistStore other = Given.builder(there).timeout(PATIENCE).open()) {
            for (int round = 0; round < 4; round++) {
                List<CompletionStage<Visited>> answers = new ArrayList<>();
                for (int i = 0; i < KEYS; i++) {
                    answers.add(one.visit(visit(0, round, i)));
                    answers.add(other.visit(visit(1, round, KEYS - 1 - i)));
                }
                for (CompletionStage<Visited> answer : answers) {
                    Visited visited = Given.get(answer);
                    assertThat(visited.deferrals().isEmpty())
                            .isEqualTo(visited.sighting().orElseThrow().passes());
                }
            }
            assertThat(Given.get(one.stats()).passed()).isEqualTo(KEYS);
        }
        assertThat(deadlocks(servers, schema)).isEqualTo(before);
    }

    /** Of the same mail on both nodes, but from clients of their own: where it comes again on one, it is new on the other. */
    private static Visit visit(int node, int round, int mail) {
        boolean again = mail % 2 == node;
        CounterKey counter = new CounterKey("deferrals", Given.key(-1 - mail).tuple());
        return new Visit(
                Given.key((again ? node : 2 + 2 * round + node) * KEYS + mail),
                Given.at(Given.NOON.plus(Given.DELAY.multipliedBy(round))),
                Optional.empty(),
                Optional.of(new Visit.Deferrals(counter, Duration.ZERO, Duration.ofDays(1))));
    }

    /** Those of all tests so far. A session reports them at its end at the latest. */
    private static String deadlocks(RealServers servers, String schema) throws Exception {
        try (TestSource source = Databases.source("public", servers.postgresql().port())) {
            Databases.await(
                    source, "NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = '" + schema + "')");
            return Databases.query(source, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
        }
    }

    /** The order of the keys keeps stores from deadlocks, but not others that touch the tables. */
    @Test
    void whatCollidesIsTriedAgain(RealServers servers) throws Exception {
        PostgresServer server = servers.postgresql();
        var properties = Databases.properties(Databases.freshSchema(server));
        // The store looks for a deadlock after three seconds, and is the one that finds it.
        properties.setProperty("options", "-c deadlock_timeout=3s");
        try (TestSource source = new TestSource(Databases.url(server.port()), properties, true);
                JdbcGreylistStore store = Given.open(source);
                Connection intruder = source.getConnection();
                Statement statement = intruder.createStatement()) {
            GreylistEntry entry =
                    Given.get(store.record(Given.key(1), Given.at(Given.NOON))).entry();
            Given.get(store.record(Given.key(2), Given.at(Given.NOON)));
            String[] tuples = {
                Databases.query(source, "SELECT min(encode(tuple, 'hex')) FROM mailstay_entry"),
                Databases.query(source, "SELECT max(encode(tuple, 'hex')) FROM mailstay_entry")
            };
            intruder.setAutoCommit(false);
            var unused = statement.execute("SET deadlock_timeout = '60s'");
            lock(statement, tuples[1]);
            CompletionStage<Integer> merged =
                    store.merge(List.of(new Page.Row(Given.key(1), entry), new Page.Row(Given.key(2), entry)));
            Databases.await(source, "EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)");
            lock(statement, tuples[0]);
            intruder.rollback();
            assertThat(Given.get(merged)).isZero();
        }
    }

    private static void lock(Statement statement, String tuple) throws SQLException {
        var unused = statement.execute(
                "SELECT 1 FROM mailstay_entry WHERE tuple = decode('" + tuple + "', 'hex') FOR UPDATE");
    }

    @Test
    void whatOneAnsweredTheOtherSees(RealServers servers) throws Exception {
        String schema = Databases.freshSchema(servers.postgresql());
        int port = servers.postgresql().port();
        try (TestSource source = Databases.source(schema, port);
                JdbcGreylistStore one = Given.open(source);
                JdbcGreylistStore other = Given.open(source)) {
            for (int i = 0; i < 50; i++) {
                Sighting first = Given.get(one.record(Given.key(i), Given.at(Given.NOON)));
                assertThat(Given.get(other.find(Given.key(i)))).contains(first.entry());
                assertThat(Given.get(other.record(Given.key(i), Given.at(Given.NOON.plus(Given.DELAY))))
                                .kind())
                        .isEqualTo(Sighting.Kind.PASSED);
            }
        }
    }

    @Test
    void twoThatSweepAtOnceRemoveEachRowOnce(RealServers servers) throws Exception {
        String schema = Databases.freshSchema(servers.postgresql());
        int port = servers.postgresql().port();
        try (TestSource source = Databases.source(schema, port);
                JdbcGreylistStore one = Given.open(source);
                JdbcGreylistStore other = Given.open(source)) {
            List<CompletionStage<Sighting>> answers = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                // One in four is of later, and stays.
                Instant now = i % 4 == 0 ? Given.NOON.plus(Duration.ofDays(2)) : Given.NOON;
                answers.add(one.record(Given.key(i), Given.at(now)));
            }
            for (CompletionStage<Sighting> answer : answers) {
                Given.get(answer);
            }
            Instant later = Given.NOON.plus(Duration.ofDays(3));
            long removed = 0;
            boolean complete = false;
            for (int slices = 0; !complete; slices++) {
                assertThat(slices).as("slices").isLessThan(1000);
                CompletionStage<Swept> here = one.expire(later, 100, Duration.ofSeconds(5));
                CompletionStage<Swept> there = other.expire(later, 100, Duration.ofSeconds(5));
                removed += Given.get(here).removed() + Given.get(there).removed();
                complete = Given.get(here).complete();
            }
            // What one left out for the other's sake the other removed.
            assertThat(removed).isEqualTo(1500);
            assertThat(Given.get(one.stats())).isEqualTo(new StoreStats(500, 0, 0));
        }
    }
}
