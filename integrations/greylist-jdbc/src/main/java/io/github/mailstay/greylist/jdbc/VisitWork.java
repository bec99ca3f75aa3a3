// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A visit as work: done in one statement with others by {@link VisitStatement}, or here, in two steps of which the second
 * has a place of its own. As {@link Work} otherwise.
 */
final class VisitWork extends Work<Visited> {
    private final Visit visit;

    VisitWork(Visit visit) {
        super(Place.of(visit.key()), session -> first(session, visit));
        this.visit = visit;
    }

    Visit visit() {
        return visit;
    }

    /** Where the second step is; empty if there is none. */
    Optional<Place> secondPlace() {
        return visit.deferrals().map(count -> Place.of(count.counter()));
    }

    private static Visited first(Session session, Visit visit) throws SQLException {
        if (visit.trust().isPresent() && isTrusted(session, visit.trust().get(), visit)) {
            return Visited.TRUSTED;
        }
        return new Visited(Optional.of(Statements.record(session, visit.key(), visit.attempt())), Optional.empty());
    }

    private static boolean isTrusted(Session session, Visit.Trust trust, Visit visit) throws SQLException {
        return Statements.find(session, trust.counter())
                .filter(passes -> passes.count() >= trust.needed()
                        && !passes.isExpired(visit.attempt().now()))
                .isPresent();
    }

    /** Counts the try, or forgets the count if the mail passes. */
    void runSecond(Session session) throws SQLException {
        Visited before = result();
        if (before != null && visit.deferrals().isPresent()) {
            Visit.Deferrals count = visit.deferrals().get();
            run(session, again -> second(again, before, count));
        }
    }

    private Visited second(Session session, Visited before, Visit.Deferrals count) throws SQLException {
        if (before.sighting().map(Sighting::passes).orElse(true)) {
            var unused = Statements.forget(session, count.counter());
            return before;
        }
        Tally tally = Statements.tally(
                session,
                count.counter(),
                visit.attempt().now().toEpochMilli(),
                count.minGap().toMillis(),
                count.ttl().toMillis());
        return new Visited(before.sighting(), Optional.of(tally));
    }
}
