// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.Greylist;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** One host of a history: a greylist with a store and a clock of its own. Asked by many threads, changed by one. */
final class HistoryHost {
    private final InstantSource time;
    private GreylistStore store;
    private Greylist greylist;
    private Duration offset = Duration.ZERO;

    HistoryHost(GreylistStore store, InstantSource time) {
        this.time = time;
        this.store = store;
        greylist = greylistOn(store);
    }

    GreylistStore store() {
        return store;
    }

    void use(GreylistStore other) {
        store = other;
        greylist = greylistOn(other);
    }

    /** Puts its clock to this far from the time. */
    void turn(Duration by) {
        offset = by;
    }

    Instant now() {
        return time.instant().plus(offset);
    }

    /** What the check says of a mail. */
    String answer(Triplet triplet) throws Exception {
        CheckContext context = CheckContext.of(Deadline.in(Duration.ofMinutes(1)));
        return Tries.get(greylist.check(triplet.request(), context)).found();
    }

    private Greylist greylistOn(GreylistStore on) {
        return Greylist.builder(on, History.KEYS)
                .clock(this::now)
                .delay(History.DELAY)
                .retryWindow(History.WINDOW)
                .lifetime(History.LIFETIME)
                .ceiling(History.CEILING, History.CEILING_TRIES)
                .trustAfter(0)
                .suspiciousOnly(false)
                .build();
    }
}
