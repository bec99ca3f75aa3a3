// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

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
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.jspecify.annotations.Nullable;

/** The scripts beside the pure rules: any state, any attempt. */
@AddLifecycleHook(LuaAgainstRulesTest.NeedsRedis.class)
class LuaAgainstRulesTest {
    // Fifteen digits: more than Lua writes unless it is told to.
    private static final AnyStates ANY = new AnyStates(Instant.parse("9000-03-01T12:00:00Z"));
    private static final long MARGIN = 60_000;
    private static final GreylistKey KEY = new GreylistKey(new Hash128(1, 2), new Hash128(-3, 4));
    private static final CounterKey COUNTER = new CounterKey("passes", new Hash128(-5, 6));
    private static final CounterKey DEFERRALS = new CounterKey("deferrals", new Hash128(-3, 7));

    private static @Nullable Rig rig;

    @BeforeContainer
    static void open() {
        RedisServer redis = RedisServer.builder().start();
        String prefix = Stores.prefix();
        RedisClient client = RedisClient.create(redis.uri());
        rig = new Rig(
                redis, Stores.builder(redis.uri()).prefix(prefix).open(), new Names(prefix), client, client.connect());
    }

    @AfterContainer
    static void close() {
        rig().store.close();
        rig().client.shutdown();
        rig().server.close();
    }

    @Property
    @Label("a try does to a hash what it does to an entry, from any state")
    void recordIsTheRules(@ForAll("entries") @Nullable GreylistEntry before, @ForAll("attempts") Attempt attempt)
            throws Exception {
        put(before);
        Sighting expected = GreylistRules.next(before, attempt);
        assertThat(Stores.get(rig().store.record(KEY, attempt))).isEqualTo(expected);
        assertThat(Stores.get(rig().store.find(KEY))).contains(expected.entry());
        assertLives(
                rig().names.of(KEY),
                Duration.between(attempt.now(), expected.entry().expiresAt()));
    }

    @Property
    @Label("an event does to a counter what it does to a tally, from any state")
    void tallyIsTheTally(
            @ForAll @LongRange(min = -1, max = 3) long count,
            @ForAll("around") long first,
            @ForAll @LongRange(max = 1_000_000) long later,
            @ForAll("around") long expires,
            @ForAll("around") long now,
            @ForAll @LongRange(max = 1_000_000) long gap,
            @ForAll @LongRange(min = 1, max = 1_000_000) long more)
            throws Exception {
        Instant at = Instant.ofEpochMilli(now);
        Tally before = count < 1
                ? null
                : new Tally(
                        count,
                        Instant.ofEpochMilli(first),
                        Instant.ofEpochMilli(first + later),
                        Instant.ofEpochMilli(expires));
        put(COUNTER, before);
        Tally expected = Tally.next(before, at, Duration.ofMillis(gap), Duration.ofMillis(gap + more));
        assertThat(Stores.get(rig().store.tally(COUNTER, at, Duration.ofMillis(gap), Duration.ofMillis(gap + more))))
                .isEqualTo(expected);
        assertThat(Stores.get(rig().store.find(COUNTER))).contains(expected);
        assertLives(rig().names.of(COUNTER), Duration.between(at, expected.expiresAt()));
    }

    @Property
    @Label("a visit is looking, trying and counting, from any state of its three keys")
    void visitIsTheRules(
            @ForAll("entries") @Nullable GreylistEntry before,
            @ForAll("attempts") Attempt attempt,
            @ForAll("tallies") @Nullable Tally passes,
            @ForAll("tallies") @Nullable Tally deferrals,
            @ForAll @IntRange(max = 4) int needed,
            @ForAll @LongRange(min = -1, max = 1_000_000) long gap,
            @ForAll @LongRange(min = 1, max = 1_000_000) long more)
            throws Exception {
        put(before);
        put(COUNTER, passes);
        put(DEFERRALS, deferrals);
        Visit visit = new Visit(
                KEY,
                attempt,
                needed == 0 ? Optional.empty() : Optional.of(new Visit.Trust(COUNTER, needed)),
                gap < 0
                        ? Optional.empty()
                        : Optional.of(
                                new Visit.Deferrals(DEFERRALS, Duration.ofMillis(gap), Duration.ofMillis(gap + more))));
        Visited visited = Stores.get(rig().store.visit(visit));
        Optional<GreylistEntry> entry = Stores.get(rig().store.find(KEY));
        Optional<Tally> counted = Stores.get(rig().store.find(DEFERRALS));
        assertThat(Stores.get(rig().store.find(COUNTER))).isEqualTo(Optional.ofNullable(passes));
        boolean isTrusted =
                needed > 0 && passes != null && passes.count() >= needed && !passes.isExpired(attempt.now());
        if (isTrusted) {
            assertThat(visited).isEqualTo(Visited.TRUSTED);
            assertThat(entry).isEqualTo(Optional.ofNullable(before));
            assertThat(counted).isEqualTo(gap < 0 ? Optional.ofNullable(deferrals) : Optional.empty());
            return;
        }
        Sighting expected = GreylistRules.next(before, attempt);
        Optional<Tally> tally = visit.deferrals()
                .filter(count -> !expected.passes())
                .map(count -> Tally.next(deferrals, attempt.now(), count.minGap(), count.ttl()));
        assertThat(visited).isEqualTo(new Visited(Optional.of(expected), tally));
        assertThat(entry).contains(expected.entry());
        assertLives(
                rig().names.of(KEY),
                Duration.between(attempt.now(), expected.entry().expiresAt()));
        assertThat(counted).isEqualTo(gap < 0 ? Optional.ofNullable(deferrals) : tally);
        if (tally.isPresent()) {
            assertLives(
                    rig().names.of(DEFERRALS),
                    Duration.between(attempt.now(), tally.get().expiresAt()));
        }
    }

    @Property
    @Label("an entry taken over does to a hash what it does to an entry, from any state")
    void mergeIsTheRules(
            @ForAll("entries") @Nullable GreylistEntry before, @ForAll("entries") @Nullable GreylistEntry other)
            throws Exception {
        if (other == null) {
            return;
        }
        put(before);
        assertThat(Stores.get(rig().store.merge(List.of(new Page.Row(KEY, other)))))
                .isEqualTo(before == null ? 1 : 0);
        GreylistEntry merged = GreylistRules.merge(before, other);
        assertThat(Stores.get(rig().store.find(KEY))).contains(merged);
        if (!merged.equals(before)) {
            // There is no "now" in a merge: the last try stands for it, and the key of one that is over stays a minute.
            Duration counts = Duration.between(merged.lastSeen(), merged.expiresAt());
            assertLives(rig().names.of(KEY), counts.isNegative() ? Duration.ZERO : counts);
        }
    }

    @Provide
    Arbitrary<GreylistEntry> entries() {
        return ANY.entries().injectNull(0.1);
    }

    @Provide
    Arbitrary<Tally> tallies() {
        return ANY.tallies().injectNull(0.1);
    }

    @Provide
    Arbitrary<Attempt> attempts() {
        return ANY.attempts();
    }

    /** A few values close together and a delay apart, so that every edge is met, and some in between. */
    @Provide
    Arbitrary<Long> around() {
        return ANY.around();
    }

    /** The key lives as long as what it holds counts, and up to a minute more, reckoned from the time of the caller. */
    private static void assertLives(String name, Duration counts) {
        assertThat(redis().pttl(name)).isBetween(counts.toMillis(), counts.toMillis() + MARGIN);
    }

    private static void put(@Nullable GreylistEntry entry) {
        String name = rig().names.of(KEY);
        redis().del(name);
        if (entry != null) {
            redis().hset(
                            name,
                            hash(
                                    Rows.ENTRY,
                                    entry.firstSeen().toEpochMilli(),
                                    entry.lastSeen().toEpochMilli(),
                                    entry.expiresAt().toEpochMilli(),
                                    entry.tries(),
                                    entry.passes()));
        }
    }

    private static void put(CounterKey key, @Nullable Tally tally) {
        String name = rig().names.of(key);
        redis().del(name);
        if (tally != null) {
            redis().hset(
                            name,
                            hash(
                                    Rows.TALLY,
                                    tally.count(),
                                    tally.firstCounted().toEpochMilli(),
                                    tally.lastCounted().toEpochMilli(),
                                    tally.expiresAt().toEpochMilli()));
        }
    }

    private static Map<String, String> hash(String[] fields, long... values) {
        Map<String, String> hash = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i++) {
            hash.put(fields[i], Long.toString(values[i]));
        }
        return hash;
    }

    private static Rig rig() {
        return Optional.ofNullable(rig).orElseThrow();
    }

    private static RedisCommands<String, String> redis() {
        return rig().connection.sync();
    }

    private record Rig(
            RedisServer server,
            RedisGreylistStore store,
            Names names,
            RedisClient client,
            StatefulRedisConnection<String, String> connection) {}

    /** What {@code @Real("redis")} does for Jupiter's tests. */
    static class NeedsRedis implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            return RealServers.reasonToSkip("redis").map(SkipResult::skip).orElse(SkipResult.doNotSkip());
        }
    }
}
