// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through a chain.
 *
 * <p>Concurrency: exactly one thread works on an evaluation at any time. It is the caller's until a check answers
 * later; then it is handed, by the completion of that check's future, to the thread that completes it (the check's own,
 * or the JDK's timeout thread, whichever is first: the copied future completes once). Completion of a future
 * happens-before its callbacks, so the fields need no locks. Checks that answer at once are handled in the loop, not by
 * recursion, so that a long chain costs no stack.
 */
final class Evaluation {
    private static final Logger log = LoggerFactory.getLogger(PolicyChain.class);

    private final List<PolicyChain.Link> links;
    private final PolicyRequest request;
    private final Deadline deadline;
    private final Consumer<Decision> done;
    private final long started = System.nanoTime();
    private final List<TraceStep> trace = new ArrayList<>(4);
    private final List<Header> headers = new ArrayList<>(0);
    private CheckContext context;
    private int next;
    private long asked;

    Evaluation(List<PolicyChain.Link> links, PolicyRequest request, Deadline deadline, Consumer<Decision> done) {
        this.links = links;
        this.request = request;
        this.deadline = deadline;
        this.done = done;
        this.context = CheckContext.of(deadline);
    }

    void run() {
        while (next < links.size()) {
            PolicyChain.Link link = links.get(next++);
            asked = System.nanoTime();
            CompletableFuture<Outcome> answer = ask(link);
            if (!answer.isDone()) {
                // A copy: the check's own future may be shared with other requests and must not time out with ours.
                var unused = answer.copy()
                        .orTimeout(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS)
                        .whenComplete((outcome, failure) -> {
                            if (take(link, outcome, failure)) {
                                run();
                            }
                        });
                return;
            }
            boolean goOn;
            try {
                goOn = take(link, answer.join(), null);
            } catch (RuntimeException e) {
                goOn = take(link, null, e);
            }
            if (!goOn) {
                return;
            }
        }
        finish(Verdict.DUNNO);
    }

    private CompletableFuture<Outcome> ask(PolicyChain.Link link) {
        if (next > 1 && deadline.isOver()) {
            return CompletableFuture.failedFuture(new TimeoutException());
        }
        try {
            return link.check().check(request, context).toCompletableFuture();
        } catch (RuntimeException | StackOverflowError e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Takes what a check answered; false if that settled the request. */
    private boolean take(PolicyChain.Link link, @Nullable Outcome outcome, @Nullable Throwable failure) {
        if (outcome instanceof Outcome.Continue go) {
            step(link, TraceStep.Result.CONTINUED, go.found());
            context = context.with(go.notes());
            headers.addAll(go.headers());
            return true;
        }
        if (outcome instanceof Outcome.Settle settle) {
            step(link, TraceStep.Result.SETTLED, settle.found());
            finish(settle.verdict());
            return false;
        }
        return fail(link, failure);
    }

    private boolean fail(PolicyChain.Link link, @Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            step(link, TraceStep.Result.LATE, "late");
        } else {
            // Only the class: a message may quote what the sender wrote, or a secret.
            String why = cause == null ? "no outcome" : cause.getClass().getSimpleName();
            step(link, TraceStep.Result.FAILED, "error=" + why.replace(' ', '-'));
            log.debug("policy: check {} failed", link.name(), cause);
        }
        if (link.failMode() == FailMode.DEFER) {
            finish(FailMode.DEFERRAL);
            return false;
        }
        return true;
    }

    private void step(PolicyChain.Link link, TraceStep.Result result, String found) {
        trace.add(new TraceStep(link.name(), result, found, Duration.ofNanos(System.nanoTime() - asked)));
    }

    private void finish(Verdict verdict) {
        done.accept(new Decision(verdict, headers, trace, Duration.ofNanos(System.nanoTime() - started)));
    }
}
