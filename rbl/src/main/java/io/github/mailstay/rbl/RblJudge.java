// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.Verdict;
import java.util.List;

/**
 * Makes a report an outcome: suspicion from a score on, never a rejection. Pure.
 *
 * @param greylistAt the least score of a suspicion; above 0
 * @param onUnknown what a score below that counts as, if lists that cannot tell could have raised it so far
 */
record RblJudge(int greylistAt, FailMode onUnknown) {
    private static final Verdict DEFERRAL =
            new Verdict.Defer(451, new ReplyText("4.7.1", "Temporary trouble, please try again later"));

    Outcome judge(RblReport report) {
        String found = report.toString();
        if (report.score() >= greylistAt) {
            List<String> reasons = report.ids(entry -> entry.isListed() && entry.weight() > 0);
            return new Outcome.Continue(found, List.of(new Suspicion(report.score(), reasons)), List.of());
        }
        return onUnknown == FailMode.DEFER && couldReach(report)
                ? Outcome.settle(found, DEFERRAL)
                : Outcome.pass(found);
    }

    /** An allow list that is dead is no reason to defer whom no block list could make suspicious. */
    private boolean couldReach(RblReport report) {
        int missing = report.entries().stream()
                .filter(RblReport.Entry::isUnknown)
                .mapToInt(entry -> Math.max(0, entry.weight()))
                .sum();
        return report.score() + missing >= greylistAt;
    }
}
