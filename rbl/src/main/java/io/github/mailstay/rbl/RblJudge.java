// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.Verdict;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedSet;

/**
 * Makes a report an outcome: suspicion from a score on, and a rejection only from a score on that the operator has named.
 * Pure.
 *
 * @param greylistAt the least score of a suspicion; above 0
 * @param rejectAt the least score of a rejection, if there is any
 * @param onUnknown what a score below both counts as, if lists that cannot tell could have raised it so far
 * @param matters the scores from which on a suspicion is treated in another way; empty if each point may matter
 */
record RblJudge(int greylistAt, OptionalInt rejectAt, FailMode onUnknown, SortedSet<Integer> matters) {
    /** Five ids of 32 characters fit into a reply. */
    private static final int SHOWN = 5;

    private static final Verdict DEFERRAL =
            new Verdict.Defer(451, new ReplyText("4.7.1", "Temporary trouble, please try again later"));

    Outcome judge(RblReport report) {
        String found = report.toString();
        if (report.score() >= greylistAt) {
            List<String> reasons = report.ids(entry -> entry.score() > 0);
            return isRejection(report.score())
                    ? Outcome.settle(found, rejection(reasons))
                    : new Outcome.Continue(found, List.of(new Suspicion(report.score(), reasons)), List.of());
        }
        return onUnknown == FailMode.DEFER && report.score() + missing(report) >= greylistAt
                ? Outcome.settle(found, DEFERRAL)
                : Outcome.pass(found);
    }

    private boolean isRejection(int score) {
        return rejectAt.isPresent() && score >= rejectAt.getAsInt();
    }

    /** Ids only: what a list says of the client is for the operator, and may hold anything. */
    private static Verdict rejection(List<String> reasons) {
        String named = String.join(", ", reasons.subList(0, Math.min(SHOWN, reasons.size())));
        return new Verdict.Reject(554, new ReplyText("5.7.1", "Client is on block lists: " + named));
    }

    /** An allow list that is dead is no reason to defer whom no block list could make suspicious. */
    private static int missing(RblReport report) {
        return report.entries().stream()
                .filter(RblReport.Entry::isUnknown)
                .mapToInt(RblReport.Entry::most)
                .sum();
    }

    /** See {@link Poll.Decided}: no score that is still possible is judged in another way than this one. */
    boolean isDecided(int score, int least, int most, int unknown) {
        int lowest = score + least;
        int highest = score + most;
        if (highest < greylistAt) {
            // Whether it passes or is deferred, it stays so whatever is missing, if nothing unknown can reach that far.
            return onUnknown == FailMode.PASS || highest + unknown < greylistAt;
        }
        if (lowest < greylistAt || isRejection(lowest) != isRejection(highest)) {
            return false;
        }
        return isRejection(lowest) || lowest == highest || (!matters.isEmpty() && isOneTreatment(lowest, highest));
    }

    private boolean isOneTreatment(int lowest, int highest) {
        return matters.headSet(lowest + 1).size()
                == matters.headSet(highest + 1).size();
    }
}
