// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One client put to all lists: collects a result for each, and is complete when the last is there.
 *
 * <p>Concurrency: answers and timers come on any threads. Each list has one slot, which is set once, from empty, by
 * compare-and-set; whoever is second (a late answer, a timer behind an answer) changes nothing. Who sets the last empty
 * slot, as the countdown tells, makes the report: he sees all slots, since each countdown follows the set of its slot.
 */
final class Poll {
    private final List<DnsList> lists;
    private final Timer timer;
    private final long started;
    private final AtomicReferenceArray<RblReport.Entry> slots;
    private final AtomicInteger empty;
    private final CompletableFuture<RblReport> report = new CompletableFuture<>();

    Poll(List<DnsList> lists, Timer timer) {
        this.lists = lists;
        this.timer = timer;
        this.started = timer.nanos();
        this.slots = new AtomicReferenceArray<>(lists.size());
        this.empty = new AtomicInteger(lists.size());
        if (lists.isEmpty()) {
            report.complete(new RblReport(List.of()));
        }
    }

    CompletableFuture<RblReport> report() {
        return report;
    }

    /** The result of the list with this number, if it has none yet. */
    void settle(int i, ListResult result) {
        DnsList list = lists.get(i);
        Duration took = Duration.ofNanos(timer.nanos() - started);
        if (slots.compareAndSet(i, null, new RblReport.Entry(list.id(), list.weight(), result, took))
                && empty.decrementAndGet() == 0) {
            List<RblReport.Entry> entries = new ArrayList<>(lists.size());
            for (int slot = 0; slot < lists.size(); slot++) {
                entries.add(slots.get(slot));
            }
            report.complete(new RblReport(entries));
        }
    }

    /** The time of the lists with this timeout is over. */
    void expire(Duration timeout) {
        for (int i = 0; i < lists.size(); i++) {
            if (lists.get(i).timeout().equals(timeout)) {
                settle(i, new ListResult.Unknown("timeout"));
            }
        }
    }

    /** All time is over. */
    void expire() {
        for (int i = 0; i < lists.size(); i++) {
            settle(i, new ListResult.Unknown("late"));
        }
    }
}
