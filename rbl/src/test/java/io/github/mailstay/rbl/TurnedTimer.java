// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A clock that stands still until it is turned, and then rings what is due. Not thread-safe. */
final class TurnedTimer implements Timer {
    private record Alarm(long at, CompletableFuture<Void> future) {}

    private final List<Alarm> alarms = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1_000_000; // nanoTime may overflow at any time

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        alarms.add(new Alarm(now + Math.max(0, nanos), future));
        return future;
    }

    Deadline deadline(Duration left) {
        return Deadline.in(left, this::nanos);
    }

    void turn(Duration by) {
        long until = now + by.toNanos();
        while (true) {
            alarms.removeIf(alarm -> alarm.future.isDone());
            Alarm next = alarms.stream()
                    .filter(alarm -> alarm.at - until <= 0)
                    .min(Comparator.comparingLong(alarm -> alarm.at - until))
                    .orElse(null);
            if (next == null) {
                now = until;
                return;
            }
            now = next.at;
            next.future.complete(null);
        }
    }

    /** Alarms that nobody has called off. */
    long waiting() {
        return alarms.stream().filter(alarm -> !alarm.future.isDone()).count();
    }
}
