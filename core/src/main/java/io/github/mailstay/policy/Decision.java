// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.time.Duration;
import java.util.List;

/**
 * The answer to one request, explained: verdict, headers for the message, and the trace of all checks that ran.
 * Immutable.
 */
public final class Decision {
    private final Verdict verdict;
    private final List<Header> headers;
    private final List<TraceStep> trace;
    private final Duration took;

    Decision(Verdict verdict, List<Header> headers, List<TraceStep> trace, Duration took) {
        this.verdict = verdict;
        this.headers = List.copyOf(headers);
        this.trace = List.copyOf(trace);
        this.took = took;
    }

    /** What Postfix is told. */
    public Verdict verdict() {
        return verdict;
    }

    /**
     * Headers for the message, should it pass. The policy protocol carries only one action: any verdict but
     * {@link Verdict.Dunno} drops them there, and of several only the first is sent. A milter carries all.
     */
    public List<Header> headers() {
        return headers;
    }

    /** The checks that ran, in their order. */
    public List<TraceStep> trace() {
        return trace;
    }

    /** From the question to the answer. */
    public Duration took() {
        return took;
    }

    /** The verdict and the trace, on one line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(verdict.toAction());
        for (TraceStep step : trace) {
            text.append(" | ").append(step.check()).append(' ').append(step.result());
            if (!step.found().isEmpty()) {
                text.append(' ').append(step.found());
            }
        }
        return text.toString();
    }
}
