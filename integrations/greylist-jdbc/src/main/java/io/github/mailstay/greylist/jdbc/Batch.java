// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.jdbc.Work.Place;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What shares a transaction, in the order in which all of it locks its rows. Visits that are alike go in one statement if
 * that keeps the order, which is the rule; else all goes step by step. For one thread.
 */
final class Batch {
    private interface Action {
        void run(Session session) throws SQLException;
    }

    private record Step(Place place, Action action) {}

    private final List<VisitWork> together;
    private final List<Step> steps = new ArrayList<>();

    Batch(List<Work<?>> works) {
        List<VisitWork> visits = new ArrayList<>();
        boolean isOrdered = true;
        for (Work<?> work : works) {
            if (work instanceof VisitWork visit) {
                visits.add(visit);
            }
        }
        String last = VisitStatement.lastPurpose(visits);
        for (Work<?> work : works) {
            isOrdered &= work instanceof VisitWork || work.place().purpose().compareTo(last) > 0;
        }
        together = isOrdered && VisitStatement.fits(visits) ? visits : List.of();
        for (Work<?> work : works) {
            if (!(work instanceof VisitWork)) {
                steps.add(new Step(work.place(), work::run));
            }
        }
        if (together.isEmpty()) {
            visits.forEach(this::addSteps);
        }
        steps.sort(Comparator.comparing(Step::place));
    }

    private void addSteps(VisitWork visit) {
        steps.add(new Step(visit.place(), visit::run));
        visit.secondPlace().ifPresent(place -> steps.add(new Step(place, visit::runSecond)));
    }

    /** Does all of it; more than once if what was done is rolled back. */
    void run(Session session) throws SQLException {
        if (!together.isEmpty()) {
            VisitStatement.run(session, together);
        }
        for (Step step : steps) {
            step.action.run(session);
        }
    }
}
