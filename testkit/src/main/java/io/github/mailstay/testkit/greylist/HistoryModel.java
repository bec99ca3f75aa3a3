// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a greylist must answer, worked out with the pure rules and two maps. */
final class HistoryModel {
    /**
     * What one try must come to.
     *
     * @param found the words that the check must say
     * @param entry what must be remembered then
     * @param firstSeenBefore when the triplet was first seen, as remembered before
     * @param earliestTry the earliest time, by the clocks of the hosts that were asked, at which this triplet was tried
     *     since it was last told to be a first try; of a mail at its ceiling, when its deferral began
     * @param firstDeferral when the deferral of this mail began
     */
    record Expected(
            GreylistKey key,
            String found,
            Optional<GreylistEntry> entry,
            Optional<Instant> firstSeenBefore,
            Instant earliestTry,
            Instant firstDeferral) {}

    private final GreylistKeys keys;
    private final Map<GreylistKey, GreylistEntry> entries = new HashMap<>();
    private final Map<String, Tally> deferrals = new HashMap<>();
    private final Map<GreylistKey, Instant> earliest = new HashMap<>();

    HistoryModel(GreylistKeys keys) {
        this.keys = keys;
    }

    Expected expect(String client, PolicyRequest request, Instant now) {
        GreylistKey key = keys.key(keys.client(client), request.sender(), request.recipient());
        String mail = request.sender() + " " + request.recipient();
        Attempt attempt = new Attempt(now, History.DELAY, History.WINDOW, History.LIFETIME);
        GreylistEntry known = entries.get(key);
        Optional<Instant> before = Optional.ofNullable(known).map(GreylistEntry::firstSeen);
        Sighting sighting = GreylistRules.next(known, attempt);
        GreylistEntry entry = sighting.entry();
        Instant tried = sighting.kind() == Sighting.Kind.FIRST ? now : earliest.getOrDefault(key, now);
        Instant earliestTry = tried.isBefore(now) ? tried : now;
        earliest.put(key, earliestTry);
        String found = words(sighting);
        Instant firstDeferral = now;
        if (sighting.passes()) {
            deferrals.remove(mail);
        } else {
            Tally tally = Tally.next(deferrals.get(mail), now, History.DELAY, History.CEILING.plus(History.WINDOW));
            firstDeferral = tally.firstCounted();
            deferrals.put(mail, tally);
            if (tally.count() >= History.CEILING_TRIES || !now.isBefore(firstDeferral.plus(History.CEILING))) {
                deferrals.remove(mail);
                earliestTry = firstDeferral;
                entry = GreylistRules.merge(
                        entry, new GreylistEntry(entry.firstSeen(), now, now.plus(History.LIFETIME), entry.tries(), 1));
                found = "result=ceiling waited="
                        + Duration.between(firstDeferral, now).toSeconds() + "s tries=" + tally.count();
            }
        }
        entries.put(key, entry);
        return new Expected(key, found, Optional.of(entry), before, earliestTry, firstDeferral);
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
