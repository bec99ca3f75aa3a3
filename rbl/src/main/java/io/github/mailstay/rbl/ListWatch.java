// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsLookup;
import io.github.mailstay.rbl.health.Breaker;
import io.github.mailstay.rbl.health.BreakerSettings;
import io.github.mailstay.rbl.health.ListHealth;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/**
 * One list under watch: each answer that comes over the wire is an event of its {@link Breaker}.
 *
 * <p>Concurrency: the breaker is immutable, and replaced under the lock of this; nothing foreign is called with it held.
 * Who has changed the state tells of it, so each change is told once, though changes close together may be told in another
 * order.
 */
final class ListWatch {
    /** What is told of a change. */
    interface Changes {
        void changed(DnsList list, ListHealth before, ListHealth now);
    }

    /** Trouble of our own says nothing of a list. */
    private static final Set<String> OURS = Set.of("busy", "closed", "bad-name");

    private final DnsList list;
    private final Timer timer;
    private final Changes changes;
    private Breaker breaker;

    ListWatch(DnsList list, BreakerSettings settings, Timer timer, Changes changes) {
        this.list = list;
        this.timer = timer;
        this.changes = changes;
        breaker = Breaker.closed(settings, timer.nanos());
    }

    DnsList list() {
        return list;
    }

    synchronized ListHealth health() {
        return breaker.health(timer.nanos());
    }

    synchronized Breaker.Permit permit() {
        Breaker.Permitted permitted = breaker.permit(timer.nanos());
        breaker = permitted.next();
        return permitted.permit();
    }

    /** The same lookup, watched. */
    DnsLookup watched(DnsLookup lookup) {
        return (name, deadline) -> lookup.lookup(name, deadline)
                .whenComplete(
                        (answer, failure) -> heard(answer == null ? new DnsAnswer.Failed("lookup-failed") : answer));
    }

    /** An answer that came over the wire. */
    void heard(DnsAnswer answer) {
        ListResult result = ReplyClassifier.classify(answer, list.codes(), list.errors());
        if (!(result instanceof ListResult.Unknown unknown)) {
            apply(now -> now.answered(timer.nanos()));
        } else if (!OURS.contains(unknown.why())) {
            double jitter = ThreadLocalRandom.current().nextDouble();
            apply(now -> now.failed(timer.nanos(), unknown.why(), jitter));
        }
    }

    /** What a round of tests has shown: a lie, or none. */
    void tested(Optional<String> lie) {
        apply(now -> now.tested(timer.nanos(), lie));
    }

    private void apply(UnaryOperator<Breaker> event) {
        Breaker before;
        Breaker now;
        synchronized (this) {
            before = breaker;
            now = event.apply(before);
            breaker = now;
        }
        if (before.state() != now.state()) {
            long nanos = timer.nanos();
            changes.changed(list, before.health(nanos), now.health(nanos));
        }
    }
}
