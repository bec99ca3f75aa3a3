// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.Sighting.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GreylistRulesTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration DELAY = Duration.ofMinutes(5);
    private static final Duration WINDOW = Duration.ofDays(2);
    private static final Duration LIFETIME = Duration.ofDays(35);

    @Test
    void tellsHowLongItWaitedAndWhatIsLeft() {
        Sighting first = GreylistRules.next(null, at(NOON));
        assertThat(first)
                .isEqualTo(new Sighting(
                        Kind.FIRST, new GreylistEntry(NOON, NOON, NOON.plus(WINDOW), 1, 0), Duration.ZERO, DELAY));
        Sighting early = GreylistRules.next(first.entry(), at(NOON.plusSeconds(12)));
        assertThat(early.kind()).isEqualTo(Kind.EARLY);
        assertThat(early.waited()).hasSeconds(12);
        assertThat(early.left()).hasSeconds(288);
        assertThat(early.entry()).isEqualTo(new GreylistEntry(NOON, NOON.plusSeconds(12), NOON.plus(WINDOW), 2, 0));
        Instant later = NOON.plusSeconds(301);
        Sighting passed = GreylistRules.next(early.entry(), at(later));
        assertThat(passed)
                .isEqualTo(new Sighting(
                        Kind.PASSED,
                        new GreylistEntry(NOON, later, later.plus(LIFETIME), 2, 1),
                        Duration.ofSeconds(301),
                        Duration.ZERO));
        assertThat(GreylistRules.next(passed.entry(), at(later)).kind()).isEqualTo(Kind.KNOWN);
    }

    @Property
    @Label("no pass before the delay, as long as the clock is not put back")
    void noPassBeforeTheDelay(@ForAll("steps") List<Long> steps) {
        GreylistEntry entry = null;
        Instant now = NOON;
        for (long step : steps) {
            now = now.plusMillis(step);
            Sighting sighting = GreylistRules.next(entry, at(now));
            if (sighting.passes()) {
                assertThat(sighting.waited()).isGreaterThanOrEqualTo(DELAY);
            } else {
                assertThat(sighting.left()).isPositive().isLessThanOrEqualTo(DELAY);
                assertThat(sighting.waited().plus(sighting.left())).isEqualTo(DELAY);
            }
            entry = sighting.entry();
        }
    }

    @Property
    @Label("an early retry never restarts the clock: whoever tries again when the delay is over passes")
    void anEarlyRetryNeverRestartsTheClock(@ForAll("early") List<Long> offsets) {
        GreylistEntry entry = GreylistRules.next(null, at(NOON)).entry();
        for (long offset : offsets.stream().sorted().toList()) {
            Sighting early = GreylistRules.next(entry, at(NOON.plusMillis(offset)));
            assertThat(early.kind()).isEqualTo(Kind.EARLY);
            entry = early.entry();
        }
        assertThat(GreylistRules.next(entry, at(NOON.plus(DELAY))).kind()).isEqualTo(Kind.PASSED);
        assertThat(entry.tries()).isEqualTo(1 + offsets.size());
    }

    @Property
    @Label("within a generation the first try never moves later, whatever the clock does")
    void firstSeenNeverMovesLater(@ForAll("jumps") List<Long> jumps) {
        GreylistEntry entry = null;
        Instant now = NOON;
        for (long jump : jumps) {
            now = now.plusMillis(jump);
            Sighting sighting = GreylistRules.next(entry, at(now));
            if (entry != null && sighting.kind() != Kind.FIRST) {
                assertThat(sighting.entry().firstSeen()).isBeforeOrEqualTo(entry.firstSeen());
            }
            assertThat(sighting.waited()).isGreaterThanOrEqualTo(Duration.ZERO);
            entry = sighting.entry();
        }
    }

    @Property
    @Label("from any entry, however wrong its times, two tries a delay apart suffice to pass")
    void neverDeferredForEver(
            @ForAll @LongRange(min = -100_000_000_000L, max = 100_000_000_000L) long first,
            @ForAll @LongRange(max = 100_000_000_000L) long last,
            @ForAll @LongRange(min = -100_000_000_000L, max = 100_000_000_000L) long expires) {
        GreylistEntry entry = new GreylistEntry(
                NOON.plusMillis(first), NOON.plusMillis(first + last), NOON.plusMillis(expires), 3, 0);
        GreylistEntry now = GreylistRules.next(entry, at(NOON)).entry();
        assertThat(GreylistRules.next(now, at(NOON.plus(DELAY))).passes()).isTrue();
    }

    @Property
    @Label("tries of two hosts at different clocks agree on the earliest first try, in either order")
    void ordersOfWritingAgree(@ForAll @LongRange(min = -299_999, max = 299_999) long skew) {
        Instant here = NOON;
        Instant there = NOON.plusMillis(skew);
        GreylistEntry one = twice(here, there);
        GreylistEntry other = twice(there, here);
        assertThat(one.firstSeen()).isEqualTo(other.firstSeen()).isEqualTo(skew < 0 ? there : here);
        assertThat(one.expiresAt()).isEqualTo(other.expiresAt());
    }

    @Test
    void sillyTimesAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attempt(NOON, DELAY, DELAY, LIFETIME))
                .withMessageContaining("retryWindow");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attempt(NOON, Duration.ofNanos(1), WINDOW, LIFETIME))
                .withMessageContaining("delay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attempt(NOON, DELAY, WINDOW, Duration.ofDays(9999)))
                .withMessageContaining("lifetime");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Attempt(Instant.MIN, DELAY, WINDOW, LIFETIME))
                .withMessageContaining("now");
    }

    @Property
    @Label("a tally counts at most one event per gap, and a clock put back stops it for no longer than a gap")
    void tallyKeepsItsGap(@ForAll("jumps") List<Long> jumps) {
        Duration gap = Duration.ofHours(1);
        Duration ttl = Duration.ofDays(400);
        Tally tally = null;
        Instant now = NOON;
        for (long jump : jumps) {
            now = now.plusMillis(jump);
            Tally next = Tally.next(tally, now, gap, ttl);
            if (tally != null && next.count() == tally.count() + 1) {
                assertThat(Duration.between(tally.lastCounted(), now)).isGreaterThanOrEqualTo(gap);
            }
            assertThat(next.lastCounted()).isBeforeOrEqualTo(now);
            tally = next;
        }
        if (tally != null) {
            assertThat(Tally.next(tally, now.plus(gap), gap, ttl).count()).isEqualTo(tally.count() + 1);
        }
    }

    @Provide
    Arbitrary<List<Long>> steps() {
        return Arbitraries.longs().between(0, 400_000).list().ofMaxSize(20);
    }

    @Provide
    Arbitrary<List<Long>> early() {
        return Arbitraries.longs().between(0, DELAY.toMillis() - 1).list().ofMaxSize(10);
    }

    @Provide
    Arbitrary<List<Long>> jumps() {
        return Arbitraries.longs().between(-100_000_000, 100_000_000).list().ofMaxSize(20);
    }

    private static GreylistEntry twice(Instant one, Instant two) {
        @Nullable GreylistEntry first = GreylistRules.next(null, at(one)).entry();
        return GreylistRules.next(first, at(two)).entry();
    }

    private static Attempt at(Instant now) {
        return new Attempt(now, DELAY, WINDOW, LIFETIME);
    }
}
