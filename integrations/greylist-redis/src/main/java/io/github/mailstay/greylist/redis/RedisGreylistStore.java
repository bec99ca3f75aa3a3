// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A greylist store on Redis 7, shared by any number of hosts: one server, a primary that sentinels name, or a cluster.
 * Thread-safe. Each change is one Lua script, so hosts that write at once agree; but for a {@link #visit}, it is of one key.
 *
 * <p>No call blocks, and each ends: with an answer, or within twice the {@linkplain RedisGreylistStoreBuilder#timeout
 * timeout} (once more for each thousand keys of a {@link #list} or {@link #stats}) with FAILED. Calls fail at once while
 * there is no connection (in a cluster, after the timeout), and succeed again, without a restart, when Redis is back. A call that failed may have been
 * done. Stages complete on lettuce's threads.
 *
 * <p>What survives is up to Redis. {@code appendonly yes} with {@code appendfsync always} keeps every answered change
 * through a crash of that server. Replication is asynchronous: at a failover the last changes may be lost, and
 * {@code min-replicas-to-write 1} with a short {@code min-replicas-max-lag} bounds how many. A lost change never lets a
 * mail pass early: a lost first try delays once more, a lost pass is made again by the next retry, a lost count counts
 * lower. A lost {@link #forget} though brings its entry back; look again after a failover. Set
 * {@code maxmemory-policy noeviction}: an entry that Redis evicts delays a mail once more.
 *
 * <p>Times are those of the callers; their clocks may differ by a minute. Keys expire by themselves a minute after what
 * they hold has ceased to count, so {@link #expire} has nothing to do. Counts and times must be below 2^52 in size.
 * Redis never holds an address or a key, only keyed hashes, times and counts; the Redis user needs the commands EVAL,
 * EVALSHA, HMGET, HGET, HSET, DEL, PEXPIRE, PTTL, SET, SCAN and INFO, and those by which lettuce connects.
 */
public final class RedisGreylistStore implements GreylistStore {
    /** How long a key outlives what it holds: so much may clocks differ. */
    private static final long MARGIN_MILLIS = 60_000;

    private final String servers;
    private final Link link;
    private final Names names;
    private final Scan scan;
    private final Calls calls;
    private final Duration closeBound;

    RedisGreylistStore(String servers, Link link, Names names, Calls calls, Duration closeBound) {
        this.servers = servers;
        this.link = link;
        this.names = names;
        this.calls = calls;
        this.closeBound = closeBound;
        scan = new Scan(servers, link, names);
    }

    /**
     * A builder with the usual limits.
     *
     * @param address where Redis is: {@code redis://host:6379}, {@code rediss://host} with TLS, or
     *     {@code redis-sentinel://host1:26379,host2:26379#NAME}, NAME being what the sentinels call the primary
     * @param keyFingerprint {@link io.github.mailstay.greylist.GreylistKeys#fingerprint} of the keys this store will be
     *     given: it is kept in Redis, where no other opens
     * @throws IllegalArgumentException if the fingerprint is not 16 hexadecimal digits
     */
    public static RedisGreylistStoreBuilder builder(String address, String keyFingerprint) {
        return new RedisGreylistStoreBuilder(List.of(address), keyFingerprint);
    }

    /** As {@link #builder(String, String)}, with several nodes of a cluster, any of which will do to find the others. */
    public static RedisGreylistStoreBuilder builder(List<String> addresses, String keyFingerprint) {
        return new RedisGreylistStoreBuilder(addresses, keyFingerprint);
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return calls.start(() -> Scripts.RECORD
                .<List<Long>>run(
                        link,
                        ScriptOutputType.MULTI,
                        names.of(key),
                        attempt.now().toEpochMilli(),
                        attempt.delay().toMillis(),
                        attempt.retryWindow().toMillis(),
                        attempt.lifetime().toMillis(),
                        MARGIN_MILLIS)
                .thenApply(row -> Sighting.of(Rows.entry(row), attempt)));
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        Tally.checkTimes(minGap, ttl);
        long at = Rows.millis("now", now);
        return calls.start(() -> Scripts.TALLY
                .<List<Long>>run(
                        link,
                        ScriptOutputType.MULTI,
                        names.of(key),
                        at,
                        minGap.toMillis(),
                        ttl.toMillis(),
                        MARGIN_MILLIS)
                .thenApply(Rows::tally));
    }

    /**
     * {@inheritDoc} On one server all of it is one script, and one write to its log. In a cluster the keys lie in different
     * slots, and what one step changes depends on the step before, so they follow each other.
     */
    @Override
    public CompletionStage<Visited> visit(Visit visit) {
        if (!link.isOneServer()) {
            return GreylistStore.super.visit(visit);
        }
        visit.deferrals().ifPresent(count -> Tally.checkTimes(count.minGap(), count.ttl()));
        List<String> keys = new ArrayList<>();
        keys.add(names.of(visit.key()));
        visit.trust().ifPresent(trust -> keys.add(names.of(trust.counter())));
        visit.deferrals().ifPresent(count -> keys.add(names.of(count.counter())));
        Attempt attempt = visit.attempt();
        return calls.start(() -> Scripts.VISIT
                .<List<Long>>run(
                        link,
                        ScriptOutputType.MULTI,
                        keys,
                        attempt.now().toEpochMilli(),
                        attempt.delay().toMillis(),
                        attempt.retryWindow().toMillis(),
                        attempt.lifetime().toMillis(),
                        MARGIN_MILLIS,
                        visit.trust().map(Visit.Trust::needed).orElse(0),
                        visit.deferrals().map(it -> it.minGap().toMillis()).orElse(0L),
                        visit.deferrals().map(it -> it.ttl().toMillis()).orElse(0L))
                .thenApply(row -> Rows.visited(row, attempt)));
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return calls.start(() -> link.send(redis -> redis.hmget(names.of(key), Rows.ENTRY))
                .thenApply(fields -> Rows.values(fields).map(Rows::entry)));
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return calls.start(() -> link.send(redis -> redis.hmget(names.of(key), Rows.TALLY))
                .thenApply(fields -> Rows.values(fields).map(Rows::tally)));
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return forget(names.of(key));
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return forget(names.of(key));
    }

    private CompletionStage<Boolean> forget(String name) {
        return calls.start(() -> link.send(redis -> redis.del(name)).thenApply(removed -> removed > 0));
    }

    /** {@inheritDoc} If it fails, some rows may have been taken over: to merge them all again does no harm. */
    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        if (rows.size() > MAX_PAGE) {
            throw new IllegalArgumentException(rows.size() + " rows are more than " + MAX_PAGE);
        }
        List<Merge> merges = rows.stream().map(Merge::of).toList();
        return calls.start(() -> Scan.pipelined(
                        merges,
                        it -> Scripts.MERGE.<Long>run(link, ScriptOutputType.INTEGER, names.of(it.key()), it.args()))
                .thenApply(
                        unknown -> (int) unknown.stream().filter(it -> it == 1).count()));
    }

    /** {@inheritDoc} If a server was restarted or replaced since {@code from}, it fails: list from the start again. */
    @Override
    public CompletionStage<Page> list(Cursor from, int max) {
        if (max < 1 || max > MAX_PAGE) {
            throw new IllegalArgumentException("max is " + max + ", not within 1 and " + MAX_PAGE);
        }
        Optional<Place> place = from.equals(Cursor.START) ? Optional.empty() : Optional.of(Place.parse(from));
        return calls.start(() -> scan.page(place, max));
    }

    /** {@inheritDoc} A key that comes up twice while Redis resizes its table counts twice. */
    @Override
    public CompletionStage<StoreStats> stats() {
        return calls.start(scan::stats);
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", not at least 1");
        }
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("budget is " + budget + ", not above zero");
        }
        return calls.start(() -> CompletableFuture.completedFuture(new Swept(0, 0, true)));
    }

    /**
     * Waits for what was sent, for twice the timeout at most, and for 4 seconds at most until the connections are
     * closed. What was not answered by then fails. Idempotent.
     */
    @Override
    public void close() {
        if (calls.close(closeBound)) {
            link.close();
        }
    }

    /** Where it is, without a password. */
    @Override
    public String toString() {
        return "greylist on " + servers;
    }

    /** What the script takes of a row, checked. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Merge(GreylistKey key, long[] args) {
        static Merge of(Page.Row row) {
            GreylistEntry entry = row.entry();
            return new Merge(row.key(), new long[] {
                Rows.millis("firstSeen", entry.firstSeen()),
                Rows.millis("lastSeen", entry.lastSeen()),
                Rows.millis("expiresAt", entry.expiresAt()),
                Rows.count("tries", entry.tries()),
                Rows.count("passes", entry.passes()),
                MARGIN_MILLIS
            });
        }
    }
}
