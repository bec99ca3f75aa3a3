// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a greylist must answer, worked out with the pure rules and two maps. */
final class HistoryModel {
    /** What is remembered of a triplet, and of the deferrals of its mail. */
    record State(Optional<GreylistEntry> entry, Optional<Tally> deferrals) {
        @Override
        public String toString() {
            String tried = entry.map(is -> is.firstSeen() + " to " + is.lastSeen() + ", until " + is.expiresAt()
                            + ", tries=" + is.tries() + " passes=" + is.passes())
                    .orElse("nothing");
            String deferred = deferrals
                    .map(is -> is.count() + " times from " + is.firstCounted() + " to " + is.lastCounted() + ", until "
                            + is.expiresAt())
                    .orElse("not");
            return "{seen: " + tried + "; deferred: " + deferred + "}";
        }
    }

    private static final Duration MEMORY = History.CEILING.plus(History.WINDOW);

    private final GreylistKeys keys;
    private final Map<GreylistKey, GreylistEntry> entries = new HashMap<>();
    private final Map<CounterKey, Tally> deferrals = new HashMap<>();

    HistoryModel(GreylistKeys keys) {
        this.keys = keys;
    }

    State state(Triplet triplet) {
        return new State(
                Optional.ofNullable(entries.get(triplet.key(keys))),
                Optional.ofNullable(deferrals.get(triplet.deferrals(keys))));
    }

    void set(Triplet triplet, State state) {
        entries.remove(triplet.key(keys));
        state.entry().ifPresent(entry -> entries.put(triplet.key(keys), entry));
        deferrals.remove(triplet.deferrals(keys));
        state.deferrals().ifPresent(tally -> deferrals.put(triplet.deferrals(keys), tally));
    }

    /** The answer to a try. */
    String expect(Triplet triplet, Instant now) {
        State before = state(triplet);
        Sighting sighting = GreylistRules.next(before.entry().orElse(null), attempt(now));
        GreylistEntry entry = sighting.entry();
        Tally tally = next(before.deferrals().orElse(null), sighting.passes(), now);
        String found = words(sighting);
        if (tally != null
                && (tally.count() >= History.CEILING_TRIES
                        || !now.isBefore(tally.firstCounted().plus(History.CEILING)))) {
            entry = GreylistRules.merge(
                    entry, new GreylistEntry(entry.firstSeen(), now, now.plus(History.LIFETIME), entry.tries(), 1));
            found = "result=ceiling waited="
                    + Duration.between(tally.firstCounted(), now).toSeconds() + "s tries=" + tally.count();
            tally = null;
        }
        set(triplet, new State(Optional.of(entry), Optional.ofNullable(tally)));
        return found;
    }

    /** Whether one of tries at once may be let pass by the ceiling, which is more than one step of a store. */
    boolean mayReachCeiling(Triplet triplet, List<Instant> nows) {
        Optional<Tally> tally = state(triplet).deferrals();
        Instant first = nows.stream().min(Instant::compareTo).orElseThrow();
        Instant last = nows.stream().max(Instant::compareTo).orElseThrow();
        boolean apart = !last.isBefore(first.plus(History.DELAY));
        if (tally.isPresent() && tally.get().firstCounted().isBefore(first)) {
            first = tally.get().firstCounted();
        }
        return tally.map(Tally::count).orElse(0L) + (apart ? nows.size() : 1) >= History.CEILING_TRIES
                || !last.isBefore(first.plus(History.CEILING));
    }

    /** The order of tries at once that gives these answers and leaves this behind. The counter has an order of its own. */
    Optional<List<Integer>> explain(Triplet triplet, List<Instant> nows, List<String> found, State after) {
        State before = state(triplet);
        List<List<Integer>> orders = orders(nows.size());
        boolean counted = orders.stream().anyMatch(order -> {
            Tally tally = before.deferrals().orElse(null);
            for (int i : order) {
                tally = next(tally, passes(found.get(i)), nows.get(i));
            }
            return Optional.ofNullable(tally).equals(after.deferrals());
        });
        return orders.stream()
                .filter(order -> {
                    GreylistEntry entry = before.entry().orElse(null);
                    for (int i : order) {
                        Sighting sighting = GreylistRules.next(entry, attempt(nows.get(i)));
                        if (!words(sighting).equals(found.get(i))) {
                            return false;
                        }
                        entry = sighting.entry();
                    }
                    return counted && Optional.ofNullable(entry).equals(after.entry());
                })
                .findFirst();
    }

    private static Attempt attempt(Instant now) {
        return new Attempt(now, History.DELAY, History.WINDOW, History.LIFETIME);
    }

    private static @Nullable Tally next(@Nullable Tally tally, boolean passes, Instant now) {
        return passes ? null : Tally.next(tally, now, History.DELAY, MEMORY);
    }

    private static boolean passes(String found) {
        return found.startsWith("result=passed") || found.startsWith("result=known");
    }

    /** All orders of so many. */
    static List<List<Integer>> orders(int size) {
        if (size == 0) {
            return List.of(List.of());
        }
        List<List<Integer>> all = new ArrayList<>();
        for (List<Integer> shorter : orders(size - 1)) {
            for (int at = 0; at < size; at++) {
                List<Integer> order = new ArrayList<>(shorter);
                order.add(at, size - 1);
                all.add(order);
            }
        }
        return all;
    }

    private static String words(Sighting sighting) {
        long waited = sighting.waited().toSeconds();
        long left = (sighting.left().toMillis() + 999) / 1000;
        return switch (sighting.kind()) {
            case FIRST -> "result=first left=" + left + "s";
            case EARLY ->
                "result=early waited=" + waited + "s left=" + left + "s tries="
                        + sighting.entry().tries();
            case PASSED -> "result=passed waited=" + waited + "s";
            case KNOWN -> "result=known passes=" + sighting.entry().passes();
        };
    }
}
