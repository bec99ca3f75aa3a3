// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The laws of greylisting, each by its name, held against what was told and what is remembered. They know nothing of the
 * rules: a rule that breaks one of them is found, though store and model follow it both. All times are those of the clocks
 * of the hosts that were asked.
 */
final class HistoryLaws {
    private static final class Seen {
        private Instant earliestTry = Instant.MAX;
        private @Nullable GreylistEntry entry;
    }

    private record Deferral(Instant first, Instant last, int count) {}

    private final Map<Triplet, Seen> triplets = new HashMap<>();
    private final Map<Integer, Deferral> mails = new HashMap<>();

    /** A try was answered. */
    void told(Triplet triplet, Instant now, String found) {
        Seen seen = triplets.computeIfAbsent(triplet, key -> new Seen());
        switch (kind(found)) {
            case "first" -> {
                noGenerationBeginsWithinAnother(seen.entry, now);
                seen.earliestTry = now;
                seen.entry = null;
                deferred(triplet, now);
            }
            case "early" -> {
                seen.earliestTry = earlier(seen.earliestTry, now);
                deferred(triplet, now);
            }
            case "passed" -> {
                seen.earliestTry = earlier(seen.earliestTry, now);
                noPassBeforeTheDelay(seen.earliestTry, now);
                mails.remove(mail(triplet));
            }
            case "ceiling" -> {
                seen.earliestTry = earlier(seen.earliestTry, now);
                Deferral deferral = mails.get(mail(triplet));
                noPassBeforeTheDelay(deferral == null ? now : earlier(deferral.first(), now), now);
                mails.remove(mail(triplet));
            }
            case "known" -> mails.remove(mail(triplet));
            default -> throw new AssertionError("an answer that no law knows: " + found);
        }
    }

    /**
     * What a triplet's entry is, now that its tries were answered, the last of them so.
     *
     * @param now when; a ceiling may let the first try of a new generation pass, and does not tell that it began
     */
    void remembered(Triplet triplet, GreylistEntry entry, Instant now, String found) {
        Seen seen = triplets.computeIfAbsent(triplet, key -> new Seen());
        if (seen.entry != null && !now.isAfter(seen.entry.expiresAt())) {
            boolean later = entry.firstSeen().isAfter(seen.entry.firstSeen());
            hold(!later || !kind(found).equals("early"), "an early retry never restarts the clock");
            hold(!later, "first-seen never moves later within one generation");
        }
        seen.entry = entry;
    }

    /** What an expired triplet had was swept away. */
    void swept(Triplet triplet) {
        triplets.remove(triplet);
    }

    /** How a mail's deferrals stand, where laws cannot tell: its counter was swept away, or tries at once raced for it. */
    void deferralIs(Triplet triplet, Optional<Tally> tally) {
        mails.remove(mail(triplet));
        tally.ifPresent(is -> mails.put(
                mail(triplet), new Deferral(is.firstCounted(), is.lastCounted(), Math.toIntExact(is.count()))));
    }

    static void concurrentTriesAgree(boolean agree, String what) {
        hold(agree, "concurrent tries agree: no order of them explains " + what);
    }

    private static void noPassBeforeTheDelay(Instant earliest, Instant now) {
        hold(!now.isBefore(earliest.plus(History.DELAY)), "no pass before the delay");
    }

    private static void noGenerationBeginsWithinAnother(@Nullable GreylistEntry entry, Instant now) {
        hold(
                entry == null || now.isAfter(entry.expiresAt()),
                "first-seen never moves later within one generation: another has begun before its end");
    }

    private static void hold(boolean holds, String law) {
        if (!holds) {
            throw new AssertionError(law);
        }
    }

    /** Tries closer together than the delay count as one; a mail is the same until a ceiling and a window after them. */
    private void deferred(Triplet triplet, Instant now) {
        Duration memory = History.CEILING.plus(History.WINDOW);
        Deferral before = mails.get(mail(triplet));
        Deferral after;
        if (before == null || now.isAfter(before.last().plus(memory))) {
            after = new Deferral(now, now, 1);
        } else {
            Instant first = earlier(before.first(), now);
            Instant last = earlier(before.last(), now);
            boolean counts = !now.isBefore(last.plus(History.DELAY));
            after = new Deferral(first, counts ? now : last, before.count() + (counts ? 1 : 0));
        }
        mails.put(mail(triplet), after);
        hold(now.isBefore(after.first().plus(History.CEILING)), "never deferred beyond the ceiling: of time");
        hold(after.count() < History.CEILING_TRIES, "never deferred beyond the ceiling: of tries");
    }

    private static int mail(Triplet triplet) {
        return triplet.sender() * 100 + triplet.recipient();
    }

    private static String kind(String found) {
        return found.substring(found.indexOf('=') + 1).split(" ", 2)[0];
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
