// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Several stores on one database, as several daemons have them: they agree, and do not stand in each other's way. */
@Real("postgresql")
class SharedDatabaseTest {
    private static final int KEYS = 300;

    @Test
    void oneFirstAndOneFirstSeenAKey(RealServers servers) throws Exception {
        String schema = Databases.freshSchema(servers.postgresql());
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
            assertThat(Databases.query(
                            here, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
                    .isEqualTo("0");
        }
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
