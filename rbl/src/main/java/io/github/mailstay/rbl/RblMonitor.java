// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.dns.DnsAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tests of a check's lists: each list is asked at the start, and then from time to time, for its {@link TestPoint}s. A
 * list that has the address which nobody may list, or lacks the one which everybody lists, is dead until it passes. Where
 * it gives no answer, that is for the breaker to count: a test that was not answered proves no lie.
 *
 * <p>Thread-safe. Tests go past the check's cache. The times are spread: a round begins after three quarters of the
 * interval to the whole; after a quarter of that for a list that did not pass.
 *
 * <p>Concurrency: one round of a list at a time, since the end of a round plans the next one.
 */
public final class RblMonitor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RblMonitor.class);
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofDays(1);
    private static final int SOONER = 4;

    private final RblCheck check;
    private final ScheduledExecutorService scheduler;
    private final Duration interval;
    private final RandomGenerator random;
    private volatile boolean closed;

    private RblMonitor(RblCheck check, ScheduledExecutorService scheduler, Duration interval, RandomGenerator random) {
        this.check = check;
        this.scheduler = scheduler;
        this.interval = interval;
        this.random = random;
    }

    /**
     * Begins the tests.
     *
     * @param scheduler the caller's, who ends it after this
     * @param interval from one second to a day; ten minutes is usual
     * @param random for times and names; thread-safe
     * @throws IllegalArgumentException if the interval is out of its limits
     */
    public static RblMonitor start(
            RblCheck check, ScheduledExecutorService scheduler, Duration interval, RandomGenerator random) {
        if (interval.compareTo(LEAST) < 0 || interval.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("interval: " + interval + " is not within a second and a day");
        }
        RblMonitor monitor = new RblMonitor(check, scheduler, interval, random);
        check.watches().stream()
                .filter(watch -> !watch.list().tests().isEmpty())
                .forEach(watch -> monitor.plan(watch, Duration.ZERO));
        return monitor;
    }

    private void plan(ListWatch watch, Duration after) {
        if (closed) {
            return;
        }
        try {
            var unused = scheduler.schedule(() -> test(watch), after.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("rbl: the scheduler has ended, and so have the tests");
        }
    }

    private void test(ListWatch watch) {
        if (closed) {
            return;
        }
        DnsList list = watch.list();
        List<CompletableFuture<Optional<DnsAnswer>>> answers = new ArrayList<>();
        for (TestPoint point : list.tests()) {
            answers.add(ask(list, point.name(list.zone(), random)));
        }
        var unused = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenRun(() -> judge(
                        watch, answers.stream().map(CompletableFuture::join).toList()));
    }

    private CompletableFuture<Optional<DnsAnswer>> ask(DnsList list, String name) {
        try {
            return check.lookup()
                    .lookup(name, Deadline.in(list.timeout(), check.timer()::nanos))
                    .handle((answer, failure) -> Optional.ofNullable(answer))
                    .toCompletableFuture()
                    .completeOnTimeout(Optional.empty(), list.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }

    private void judge(ListWatch watch, List<Optional<DnsAnswer>> answers) {
        DnsList list = watch.list();
        Optional<String> lie = Optional.empty();
        Optional<DnsAnswer> silence = Optional.empty();
        for (int i = 0; i < answers.size(); i++) {
            DnsAnswer answer = answers.get(i).orElse(new DnsAnswer.Failed("timeout"));
            Optional<String> shown = TestReading.lie(list, list.tests().get(i), answer);
            lie = lie.isPresent() ? lie : shown;
            if (silence.isEmpty() && shown.isEmpty() && TestReading.isNoAnswer(list, answer)) {
                silence = Optional.of(answer);
            }
        }
        // A round is one event for the breaker, however many questions it has.
        watch.heard(silence.orElse(new DnsAnswer.None(Duration.ZERO)));
        boolean silent = silence.isPresent();
        if (lie.isPresent() || !silent) {
            watch.tested(lie);
        }
        long nanos = interval.dividedBy(lie.isPresent() || silent ? SOONER : 1).toNanos();
        plan(watch, Duration.ofNanos((long) (nanos * (0.75 + 0.25 * random.nextDouble()))));
    }

    /** No further round begins. Idempotent. */
    @Override
    public void close() {
        closed = true;
    }
}
