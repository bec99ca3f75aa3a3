// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One client put to all lists: collects a result for each question, and is complete when the last is there, or when those
 * that are missing can change nothing any more.
 *
 * <p>Concurrency: answers and timers come on any threads. Each question has one slot, which is set once, from empty, by
 * compare-and-set; whoever is second (a late answer, a timer behind an answer) changes nothing. Who sets the last empty
 * slot, as the countdown tells, makes the report: he sees all slots, since each countdown follows the set of its slot.
 * Whoever finds the poll decided fills the empty slots in the same way; an answer that is quicker there is as true.
 */
final class Poll {
    /** Tells whether answers that are still missing can change anything. Pure. */
    @FunctionalInterface
    interface Decided {
        /** All are waited for. */
        Decided NEVER = (score, least, most, unknown) -> false;

        /**
         * Is it decided?
         *
         * @param score so far
         * @param least what missing answers add to it at least; 0 or below
         * @param most what they add to it at most; 0 or above
         * @param unknown the most that lists could have added of which nobody can tell
         */
        boolean test(int score, int least, int most, int unknown);
    }

    private record Slot(ListResult result, Duration took, Duration ttl) {}

    private final List<DnsList> lists;
    /** The list of each question, by its number; in ascending order. */
    private final int[] listOf;

    private final Timer timer;
    private final Decided decided;
    private final long started;
    private final AtomicReferenceArray<@Nullable Slot> slots;
    private final AtomicInteger empty;
    private final CompletableFuture<RblReport> report = new CompletableFuture<>();

    Poll(List<DnsList> lists, int[] listOf, Timer timer, Decided decided) {
        this.lists = lists;
        this.listOf = listOf.clone();
        this.timer = timer;
        this.decided = decided;
        this.started = timer.nanos();
        this.slots = new AtomicReferenceArray<>(listOf.length);
        this.empty = new AtomicInteger(listOf.length);
        if (listOf.length == 0) {
            report.complete(whole());
        }
    }

    CompletableFuture<RblReport> report() {
        return report;
    }

    /** The result of the question with this number, if it has none yet. */
    void settle(int question, ListResult result) {
        settle(question, result, Duration.ZERO);
    }

    /** The same, with how long it may be kept. */
    void settle(int question, ListResult result, Duration ttl) {
        if (fill(question, result, ttl)) {
            stopIfDecided();
        }
    }

    /** The time of the lists with this timeout is over. */
    void expire(Duration timeout) {
        for (int i = 0; i < listOf.length; i++) {
            if (lists.get(listOf[i]).timeout().equals(timeout)) {
                fill(i, new ListResult.Unknown("timeout"), Duration.ZERO);
            }
        }
        stopIfDecided();
    }

    /** All time is over. */
    void expire() {
        fillAll(new ListResult.Unknown("late"));
    }

    private void stopIfDecided() {
        if (decided != Decided.NEVER && !report.isDone() && isDecided()) {
            fillAll(new ListResult.Unasked(ListResult.Unasked.NOT_NEEDED));
        }
    }

    private void fillAll(ListResult result) {
        for (int i = 0; i < listOf.length; i++) {
            fill(i, result, Duration.ZERO);
        }
    }

    private boolean fill(int question, ListResult result, Duration ttl) {
        Slot slot = new Slot(result, Duration.ofNanos(timer.nanos() - started), ttl);
        if (!slots.compareAndSet(question, null, slot)) {
            return false;
        }
        if (empty.decrementAndGet() == 0) {
            report.complete(whole());
        }
        return true;
    }

    private boolean isDecided() {
        int score = 0;
        int least = 0;
        int most = 0;
        int unknown = 0;
        int question = 0;
        for (int list = 0; list < lists.size(); list++) {
            List<ListResult> results = new ArrayList<>(1);
            boolean missing = false;
            for (; question < listOf.length && listOf[question] == list; question++) {
                Slot slot = slots.get(question);
                missing |= slot == null;
                if (slot != null) {
                    results.add(slot.result);
                }
            }
            DnsList of = lists.get(list);
            ListResult result = ReplyClassifier.merge(of.codes(), results);
            score += result instanceof ListResult.Listed listed ? listed.weight() : 0;
            unknown += result instanceof ListResult.Unknown ? of.most() : 0;
            least += missing ? of.least() : 0;
            most += missing ? of.most() : 0;
        }
        return decided.test(score, least, most, unknown);
    }

    private RblReport whole() {
        List<RblReport.Entry> entries = new ArrayList<>(lists.size());
        int question = 0;
        for (int list = 0; list < lists.size(); list++) {
            List<ListResult> results = new ArrayList<>(1);
            Duration took = Duration.ZERO;
            Duration ttl = Duration.ZERO;
            for (; question < listOf.length && listOf[question] == list; question++) {
                Slot slot = slots.get(question);
                if (slot != null) {
                    results.add(slot.result);
                    took = took.compareTo(slot.took) < 0 ? slot.took : took;
                    ttl = ttl.compareTo(slot.ttl) < 0 ? slot.ttl : ttl;
                }
            }
            DnsList of = lists.get(list);
            entries.add(new RblReport.Entry(of.id(), of.most(), ReplyClassifier.merge(of.codes(), results), took, ttl));
        }
        return new RblReport(entries);
    }
}
