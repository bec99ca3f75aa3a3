// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Many visits in one statement, which costs the server and the driver little more than one. Stateless. */
final class VisitStatement {
    /** What must be the same for all: the statement has it once. */
    private record Alike(
            Duration delay,
            Duration retryWindow,
            Duration lifetime,
            Optional<Integer> needed,
            Optional<String> purpose,
            Duration minGap,
            Duration ttl) {
        static Alike of(VisitWork work) {
            Attempt attempt = work.visit().attempt();
            Optional<Visit.Deferrals> count = work.visit().deferrals();
            return new Alike(
                    attempt.delay(),
                    attempt.retryWindow(),
                    attempt.lifetime(),
                    work.visit().trust().map(Visit.Trust::needed),
                    count.map(it -> it.counter().purpose()),
                    count.map(Visit.Deferrals::minGap).orElse(Duration.ZERO),
                    count.map(Visit.Deferrals::ttl).orElse(Duration.ZERO));
        }
    }

    private VisitStatement() {}

    /** Whether these can be done together: alike, and each row of one visit only, for a statement changes a row once. */
    static boolean fits(List<VisitWork> visits) {
        Set<Hash128> tuples = new HashSet<>();
        Set<CounterKey> counters = new HashSet<>();
        for (VisitWork work : visits) {
            Optional<Visit.Deferrals> count = work.visit().deferrals();
            if (!Alike.of(work).equals(Alike.of(visits.get(0)))
                    || !tuples.add(work.visit().key().tuple())
                    || (count.isPresent() && !counters.add(count.get().counter()))) {
                return false;
            }
        }
        return true;
    }

    /** Behind the counters of which purpose all rows are that these change; empty if they change only entries. */
    static String lastPurpose(List<VisitWork> visits) {
        return visits.isEmpty() ? "" : Alike.of(visits.get(0)).purpose().orElse("");
    }

    /** Does these, which {@linkplain #fits fit}. */
    static void run(Session session, List<VisitWork> visits) throws SQLException {
        PreparedStatement statement = session.firstStatement(session.dialect().visit());
        set(session, statement, visits);
        List<CounterKey> over = new ArrayList<>();
        try (ResultSet row = session.rows(statement)) {
            while (row.next()) {
                VisitWork work = visits.get(row.getInt(10) - 1);
                boolean isCounted = row.getLong(6) > 0;
                work.run(session, same -> visited(row, work.visit().attempt(), isCounted));
                Visited visited = work.result();
                if (isCounted && visited != null && visited.deferrals().isEmpty()) {
                    over.add(work.visit().deferrals().orElseThrow().counter());
                }
            }
        }
        if (!over.isEmpty()) {
            Statements.forgetLocked(session, over);
        }
    }

    private static void set(Session session, PreparedStatement statement, List<VisitWork> visits) throws SQLException {
        Alike alike = Alike.of(visits.get(0));
        long delay = alike.delay().toMillis();
        statement.setLong(1, alike.needed().orElse(1));
        setArrays(session, statement, visits);
        statement.setLong(7, alike.retryWindow().toMillis());
        statement.setLong(8, delay);
        statement.setLong(9, alike.lifetime().toMillis());
        statement.setLong(10, delay);
        statement.setLong(11, delay);
        statement.setLong(12, alike.ttl().toMillis());
        for (int parameter = 13; parameter <= 15; parameter++) {
            statement.setLong(parameter, alike.minGap().toMillis());
        }
    }

    private static void setArrays(Session session, PreparedStatement statement, List<VisitWork> visits)
            throws SQLException {
        int count = visits.size();
        byte[][] tuples = new byte[count][];
        byte[][] clients = new byte[count][];
        Long[] nows = new Long[count];
        byte[][] trust = new byte[count][];
        byte[][] counters = new byte[count][];
        for (int i = 0; i < count; i++) {
            Visit visit = visits.get(i).visit();
            tuples[i] = visit.key().tuple().toBytes();
            clients[i] = visit.key().client().toBytes();
            nows[i] = visit.attempt().now().toEpochMilli();
            trust[i] = visit.trust().map(it -> Statements.id(it.counter())).orElse(null);
            counters[i] =
                    visit.deferrals().map(it -> Statements.id(it.counter())).orElse(null);
        }
        statement.setArray(2, session.array("bytea", tuples));
        statement.setArray(3, session.array("bytea", clients));
        statement.setArray(4, session.array("int8", nows));
        statement.setArray(5, session.array("bytea", trust));
        statement.setArray(6, session.array("bytea", counters));
    }

    private static Visited visited(ResultSet row, Attempt attempt, boolean isCounted) throws SQLException {
        if (row.getBoolean(11)) {
            return Visited.TRUSTED;
        }
        Sighting sighting = Sighting.of(Rows.entry(row), attempt);
        return new Visited(
                Optional.of(sighting),
                isCounted && !sighting.passes() ? Optional.of(Rows.tally(row, 6)) : Optional.empty());
    }
}
