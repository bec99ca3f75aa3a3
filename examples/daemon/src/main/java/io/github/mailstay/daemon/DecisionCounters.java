// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.DecisionListener;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.TraceStep;
import io.github.mailstay.policy.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was decided since the start. Thread-safe. */
final class DecisionCounters implements DecisionListener {
    private final LongAdder passed = new LongAdder();
    private final LongAdder deferred = new LongAdder();
    private final LongAdder other = new LongAdder();
    private final LongAdder failed = new LongAdder();

    @Override
    public void decided(PolicyRequest request, Decision decision) {
        if (decision.verdict() instanceof Verdict.Dunno) {
            passed.increment();
        } else if (decision.verdict() instanceof Verdict.Defer) {
            deferred.increment();
        } else {
            other.increment();
        }
        for (TraceStep step : decision.trace()) {
            if (step.result() == TraceStep.Result.FAILED || step.result() == TraceStep.Result.LATE) {
                failed.increment();
            }
        }
    }

    /** Names and numbers, in a fixed order. */
    Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("decisions.passed", passed.sum());
        all.put("decisions.deferred", deferred.sum());
        all.put("decisions.other", other.sum());
        all.put("checks.failed", failed.sum());
        return all;
    }
}
