// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import io.github.mailstay.testkit.greylist.AnyStates;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The statements beside the pure rules: any state, any attempt. jqwik's values in tests of Jupiter's, since only those
 * can ask for a real server; a failure names its number, its seed and its values.
 */
@Real("postgresql")
class SqlAgainstRulesTest {
    private static final int SAMPLES = 1000;
    private static final AnyStates ANY = new AnyStates(Instant.parse("2026-03-01T12:00:00Z"));
    private static final GreylistKey KEY = new GreylistKey(new Hash128(1, 2), new Hash128(-3, 4));
    private static final CounterKey COUNTER = new CounterKey("passes", new Hash128(-5, 6));
    private static final CounterKey DEFERRALS = new CounterKey("deferrals", new Hash128(-3, 7));

    /** What holds for each sample, in the session's one transaction, which is rolled back. */
    private interface Claim<T> {
        void check(Session session, T sample) throws SQLException;
    }

    @Test
    void aTryDoesToARowWhatItDoesToAnEntry(RealServers servers) throws Exception {
        forAll(servers, () -> Combinators.combine(entries(), attempts()).as(Tuple::of), (session, sample) -> {
            put(session, sample.get1());
            Sighting expected = GreylistRules.next(sample.get1().orElse(null), sample.get2());
            assertThat(Statements.record(session, KEY, sample.get2())).isEqualTo(expected);
            assertThat(Statements.find(session, KEY)).contains(expected.entry());
        });
    }

    @Test
    void anEventDoesToACounterWhatItDoesToATally(RealServers servers) throws Exception {
        forAll(
                servers,
                () -> Combinators.combine(tallies(), around(), gaps(), gaps()).as(Tuple::of),
                (session, it) -> {
                    put(session, COUNTER, it.get1().orElse(null));
                    long now = it.get2();
                    long gap = it.get3();
                    long ttl = gap + it.get4() + 1;
                    Tally expected = Tally.next(
                            it.get1().orElse(null),
                            Instant.ofEpochMilli(now),
                            Duration.ofMillis(gap),
                            Duration.ofMillis(ttl));
                    assertThat(Statements.tally(session, COUNTER, now, gap, ttl))
                            .isEqualTo(expected);
                    assertThat(Statements.find(session, COUNTER)).contains(expected);
                });
    }

    @Test
    void anEntryTakenOverDoesToARowWhatItDoesToAnEntry(RealServers servers) throws Exception {
        forAll(servers, () -> Combinators.combine(entries(), someEntry()).as(Tuple::of), (session, sample) -> {
            put(session, sample.get1());
            assertThat(Statements.merge(session, new Page.Row(KEY, sample.get2())))
                    .isEqualTo(sample.get1().isEmpty());
            assertThat(Statements.find(session, KEY))
                    .contains(GreylistRules.merge(sample.get1().orElse(null), sample.get2()));
        });
    }

    /** Any state of all three rows; both ways in which a store does it. */
    @Test
    void aVisitIsLookingTryingAndCounting(RealServers servers) throws Exception {
        for (boolean together : List.of(true, false)) {
            forAll(servers, SqlAgainstRulesTest::visits, (session, it) -> {
                Visit visit = it.visit;
                put(session, it.entry);
                put(session, COUNTER, it.passes.orElse(null));
                put(session, DEFERRALS, it.deferrals.orElse(null));
                VisitWork work = new VisitWork(visit);
                if (together) {
                    VisitStatement.run(session, List.of(work));
                } else {
                    work.run(session);
                    work.runSecond(session);
                }
                Instant now = visit.attempt().now();
                Optional<Tally> trusting = it.passes.filter(passes -> !passes.isExpired(now));
                if (visit.trust().isPresent()
                        && trusting.map(Tally::count).orElse(0L)
                                >= visit.trust().get().needed()) {
                    assertThat(work.result()).isEqualTo(Visited.TRUSTED);
                    assertThat(Statements.find(session, KEY)).isEqualTo(it.entry);
                    assertThat(Statements.find(session, DEFERRALS))
                            .isEqualTo(visit.deferrals().isPresent() ? Optional.empty() : it.deferrals);
                    return;
                }
                Sighting expected = GreylistRules.next(it.entry.orElse(null), visit.attempt());
                Optional<Tally> counted = visit.deferrals()
                        .filter(count -> !expected.passes())
                        .map(count -> Tally.next(it.deferrals.orElse(null), now, count.minGap(), count.ttl()));
                assertThat(work.result()).isEqualTo(new Visited(Optional.of(expected), counted));
                assertThat(Statements.find(session, KEY)).contains(expected.entry());
                assertThat(Statements.find(session, COUNTER)).isEqualTo(it.passes);
                assertThat(Statements.find(session, DEFERRALS))
                        .isEqualTo(visit.deferrals().isPresent() ? counted : it.deferrals);
            });
        }
    }

    /** A visit, and what is remembered before it. */
    private record Case(
            Visit visit, Optional<GreylistEntry> entry, Optional<Tally> passes, Optional<Tally> deferrals) {}

    private static Arbitrary<Case> visits() {
        Arbitrary<Optional<Visit.Trust>> trust = Arbitraries.integers()
                .between(1, 4)
                .map(needed -> new Visit.Trust(COUNTER, needed))
                .optional(0.7);
        Arbitrary<Optional<Visit.Deferrals>> count = Combinators.combine(gaps(), gaps())
                .as((gap, more) ->
                        new Visit.Deferrals(DEFERRALS, Duration.ofMillis(gap), Duration.ofMillis(gap + more + 1)))
                .optional(0.9);
        return Combinators.combine(attempts(), trust, count, entries(), tallies(), tallies())
                .as((attempt, needed, counts, entry, passes, deferrals) ->
                        new Case(new Visit(KEY, attempt, needed, counts), entry, passes, deferrals));
    }

    private static <T> void forAll(RealServers servers, Supplier<Arbitrary<T>> values, Claim<T> claim)
            throws Exception {
        try (TestSource source = Databases.fresh(servers.postgresql())) {
            Transactions transactions = new Transactions(source, new PostgresDialect());
            transactions.run(Duration.ofSeconds(10), session -> Schema.open(session, "it", Databases.FINGERPRINT));
            long seed = new Random().nextLong();
            JqwikSession.run(() -> {
                Random random = new Random(seed);
                RandomGenerator<T> generator = values.get().generator(SAMPLES, true);
                try (Session session = Session.begin(source, new PostgresDialect(), Duration.ofMinutes(5))) {
                    for (int i = 0; i < SAMPLES; i++) {
                        T sample = generator.next(random).value();
                        try {
                            claim.check(session, sample);
                        } catch (AssertionError e) {
                            throw new AssertionError("sample " + i + " of seed " + seed + ": " + sample, e);
                        }
                    }
                }
            });
        }
    }

    private static Arbitrary<Optional<GreylistEntry>> entries() {
        return someEntry().optional(0.9);
    }

    private static Arbitrary<GreylistEntry> someEntry() {
        return ANY.entries();
    }

    private static Arbitrary<Optional<Tally>> tallies() {
        return ANY.tallies().optional(0.9);
    }

    private static Arbitrary<Attempt> attempts() {
        return ANY.attempts();
    }

    private static Arbitrary<Long> gaps() {
        return Arbitraries.oneOf(
                Arbitraries.of(0L, 1L, 300_000L), Arbitraries.longs().between(0, 1_000_000));
    }

    /** A few values close together and a delay apart, so that every edge is met, and some in between. */
    private static Arbitrary<Long> around() {
        return ANY.around();
    }

    private static void put(Session session, Optional<GreylistEntry> entry) throws SQLException {
        var unused = Statements.forget(session, KEY);
        if (entry.isPresent()) {
            // Into nothing, an entry goes as it is.
            assertThat(Statements.merge(session, new Page.Row(KEY, entry.get())))
                    .isTrue();
            assertThat(Statements.find(session, KEY)).isEqualTo(entry);
        }
    }

    private static void put(Session session, CounterKey key, @Nullable Tally tally) throws SQLException {
        var unused = Statements.forget(session, key);
        if (tally != null) {
            PreparedStatement insert = session.statement("INSERT INTO mailstay_counter VALUES (?, ?, ?, ?, ?)");
            insert.setBytes(1, Statements.id(key));
            insert.setLong(2, tally.count());
            insert.setLong(3, tally.firstCounted().toEpochMilli());
            insert.setLong(4, tally.lastCounted().toEpochMilli());
            insert.setLong(5, tally.expiresAt().toEpochMilli());
            insert.executeUpdate();
        }
    }
}
