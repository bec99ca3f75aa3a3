// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A {@link Visit} in single calls, for stores that have no better way. Stateless. */
final class Visits {
    private Visits() {}

    static CompletionStage<Visited> oneByOne(GreylistStore store, Visit visit) {
        if (visit.trust().isEmpty()) {
            return record(store, visit);
        }
        Visit.Trust trust = visit.trust().get();
        return store.find(trust.counter())
                .thenCompose(passes -> isTrusted(passes, trust, visit.attempt().now())
                        ? passed(store, visit, Visited.TRUSTED)
                        : record(store, visit));
    }

    static boolean isTrusted(Optional<Tally> passes, Visit.Trust trust, Instant now) {
        return passes.isPresent()
                && passes.get().count() >= trust.needed()
                && !passes.get().isExpired(now);
    }

    private static CompletionStage<Visited> record(GreylistStore store, Visit visit) {
        return store.record(visit.key(), visit.attempt()).thenCompose(sighting -> {
            if (sighting.passes()) {
                return passed(store, visit, recorded(sighting, Optional.empty()));
            }
            if (visit.deferrals().isEmpty()) {
                return CompletableFuture.completedFuture(recorded(sighting, Optional.empty()));
            }
            Visit.Deferrals deferrals = visit.deferrals().get();
            return store.tally(deferrals.counter(), visit.attempt().now(), deferrals.minGap(), deferrals.ttl())
                    .thenApply(tally -> recorded(sighting, Optional.of(tally)));
        });
    }

    /** The mail passes: its deferral is over. */
    private static CompletionStage<Visited> passed(GreylistStore store, Visit visit, Visited visited) {
        return visit.deferrals().isEmpty()
                ? CompletableFuture.completedFuture(visited)
                : store.forget(visit.deferrals().get().counter()).thenApply(forgotten -> visited);
    }

    private static Visited recorded(Sighting sighting, Optional<Tally> deferrals) {
        return new Visited(Optional.of(sighting), deferrals);
    }
}
