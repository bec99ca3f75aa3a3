// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The rules of greylisting, as a pure function: the reference against which every store is tested.
 *
 * <ul>
 *   <li>A triplet that is new, or whose entry has expired, begins a new generation and is deferred.
 *   <li>A retry before the delay is over is deferred. The clock is not restarted: who is impatient waits no longer.
 *   <li>A retry after the delay passes, and so does everything behind it. Each pass renews the lifetime.
 *   <li>If the clock stands before the first try, it has been put back, or was wrong then: that try counts as made now.
 *       So the first try only ever moves earlier, hosts whose clocks differ agree whatever the order in which they
 *       write, and a clock once wrong costs one more delay at most, never an endless one.
 * </ul>
 *
 * <p>A clock that was put forward lets a retry pass early by that amount, not more. Stateless.
 */
public final class GreylistRules {
    private GreylistRules() {}

    /**
     * What becomes of a try.
     *
     * @param entry what is remembered, {@code null} if nothing is
     */
    public static Sighting next(@Nullable GreylistEntry entry, Attempt attempt) {
        return Sighting.of(after(entry, attempt), attempt);
    }

    private static GreylistEntry after(@Nullable GreylistEntry entry, Attempt attempt) {
        Instant now = attempt.now();
        if (entry == null || entry.isExpired(now)) {
            return new GreylistEntry(now, now, now.plus(attempt.retryWindow()), 1, 0);
        }
        Instant first = entry.firstSeen().isBefore(now) ? entry.firstSeen() : now;
        if (!entry.hasPassed() && now.isBefore(first.plus(attempt.delay()))) {
            return new GreylistEntry(first, now, first.plus(attempt.retryWindow()), entry.tries() + 1, 0);
        }
        return new GreylistEntry(first, now, now.plus(attempt.lifetime()), entry.tries(), entry.passes() + 1);
    }

    /**
     * What two memories of one triplet come to, for entries taken over from elsewhere. Of two generations the later
     * counts; two that overlap are one, with its earliest first try and the longest memory. Commutative and idempotent.
     *
     * @param known what is remembered, {@code null} if nothing is
     */
    public static GreylistEntry merge(@Nullable GreylistEntry known, GreylistEntry other) {
        if (known == null || known.expiresAt().isBefore(other.firstSeen())) {
            return other;
        }
        if (other.expiresAt().isBefore(known.firstSeen())) {
            return known;
        }
        return new GreylistEntry(
                earlier(known.firstSeen(), other.firstSeen()),
                later(known.lastSeen(), other.lastSeen()),
                later(known.expiresAt(), other.expiresAt()),
                Math.max(known.tries(), other.tries()),
                Math.max(known.passes(), other.passes()));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isBefore(b) ? b : a;
    }
}
