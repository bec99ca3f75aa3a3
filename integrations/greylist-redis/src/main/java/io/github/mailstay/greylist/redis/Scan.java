// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.greylist.store.StoreStats;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Looks through all keys, by SCAN, which holds Redis up for no longer than a thousand keys take. Thread-safe. */
final class Scan {
    /** How many commands are sent before an answer is waited for. */
    static final int PIPELINE = 500;

    private static final int FEWEST = 10;
    private static final int MOST = 1000;
    /** How many steps one page takes at most: keys of others may lie between, without end. */
    private static final int STEPS = 64;

    private final String servers;
    private final Link link;
    private final Names names;

    Scan(String servers, Link link, Names names) {
        this.servers = servers;
        this.link = link;
        this.names = names;
    }

    /**
     * The entries from here on, {@code max} or somewhat more of them, or those that lie within so many steps.
     *
     * @param from empty at the start
     */
    CompletionStage<Page> page(Optional<Place> from, int max) {
        List<Link.Node> nodes = link.nodes();
        String topology = Place.topology(nodes);
        Place place = from.orElseGet(() -> Place.begin(0, topology));
        if (!place.topology().equals(topology) || place.node() >= nodes.size()) {
            return CompletableFuture.failedFuture(changed());
        }
        ScanArgs args = ScanArgs.Builder.matches(names.allEntries()).limit(Math.min(Math.max(max, FEWEST), MOST));
        return nodes.get(place.node())
                .connect()
                .get()
                .thenCompose(server -> process(server).thenCompose(process -> {
                    if (!place.isBegin() && !place.process().equals(process)) {
                        return CompletableFuture.failedFuture(changed());
                    }
                    Set<String> keys = new LinkedHashSet<>();
                    return steps(server, args, place.cursor(), keys, max, STEPS).thenCompose(cursor -> {
                        Optional<Cursor> next = next(place, process, cursor, nodes.size());
                        return rows(keys).thenApply(rows -> new Page(rows, next));
                    });
                }));
    }

    private static Optional<Cursor> next(Place place, String process, String cursor, int nodes) {
        if (!cursor.equals(Place.BEGIN)) {
            return Optional.of(new Place(place.node(), place.topology(), process, cursor).toCursor());
        }
        return place.node() + 1 < nodes
                ? Optional.of(Place.begin(place.node() + 1, place.topology()).toCursor())
                : Optional.empty();
    }

    /** Scans until there are enough keys; where it got to. */
    private CompletionStage<String> steps(
            RedisClusterAsyncCommands<String, String> server,
            ScanArgs args,
            String cursor,
            Set<String> keys,
            int enough,
            int left) {
        return link.send(server, it -> it.scan(ScanCursor.of(cursor), args)).thenCompose(step -> {
            keys.addAll(step.getKeys());
            String next = step.getCursor();
            return step.isFinished() || keys.size() >= enough || left <= 1
                    ? CompletableFuture.completedFuture(next)
                    : steps(server, args, next, keys, enough, left - 1);
        });
    }

    /** The mark of the server's process. */
    private CompletionStage<String> process(RedisClusterAsyncCommands<String, String> server) {
        return link.send(server, it -> it.info("server"))
                .thenApply(info -> Place.mark(info.lines()
                        .filter(line -> line.startsWith("run_id:"))
                        .findFirst()
                        .orElse("")));
    }

    private CompletionStage<List<Page.Row>> rows(Set<String> keys) {
        List<GreylistKey> entries =
                keys.stream().flatMap(key -> names.entry(key).stream()).toList();
        return pipelined(
                        entries,
                        key -> link.send(redis -> redis.hmget(names.of(key), Rows.ENTRY))
                                .thenApply(fields -> Rows.values(fields).map(it -> new Page.Row(key, Rows.entry(it)))))
                // What went away since the scan is empty.
                .thenApply(rows -> rows.stream()
                        .flatMap(Optional::stream)
                        .sorted(Comparator.comparing(row -> row.key().tuple()))
                        .toList());
    }

    /** Counts all keys of all servers. One that comes up twice while Redis resizes its table counts twice. */
    CompletionStage<StoreStats> stats() {
        CompletionStage<StoreStats> sum = CompletableFuture.completedFuture(new StoreStats(0, 0, 0));
        for (Link.Node node : link.nodes()) {
            sum = sum.thenCompose(
                    before -> node.connect().get().thenCompose(server -> count(server, Place.BEGIN, before)));
        }
        return sum;
    }

    private CompletionStage<StoreStats> count(
            RedisClusterAsyncCommands<String, String> server, String cursor, StoreStats before) {
        ScanArgs args = ScanArgs.Builder.matches(names.all()).limit(MOST);
        return link.send(server, it -> it.scan(ScanCursor.of(cursor), args))
                .thenCompose(step -> counted(step, before)
                        .thenCompose(sum -> step.isFinished()
                                ? CompletableFuture.completedFuture(sum)
                                : count(server, step.getCursor(), sum)));
    }

    private CompletionStage<StoreStats> counted(KeyScanCursor<String> step, StoreStats before) {
        List<String> entries = step.getKeys().stream()
                .filter(key -> names.entry(key).isPresent())
                .toList();
        long counters = step.getKeys().stream().filter(names::isCounter).count();
        return pipelined(entries, key -> link.send(redis -> redis.hget(key, "passes")))
                .thenApply(passes -> new StoreStats(
                        before.entries() + entries.size(),
                        before.passed()
                                + passes.stream()
                                        .filter(it -> it != null && !it.equals("0"))
                                        .count(),
                        before.counters() + counters));
    }

    /** What {@code command} makes of each, {@value #PIPELINE} at a time. */
    static <A, B> CompletionStage<List<B>> pipelined(List<A> all, Function<A, CompletionStage<B>> command) {
        CompletionStage<List<B>> done = CompletableFuture.completedFuture(new ArrayList<>());
        for (int from = 0; from < all.size(); from += PIPELINE) {
            List<A> some = all.subList(from, Math.min(all.size(), from + PIPELINE));
            done = done.thenCompose(before -> {
                List<CompletableFuture<B>> sent = some.stream()
                        .map(it -> command.apply(it).toCompletableFuture())
                        .toList();
                return CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new))
                        .thenApply(ready -> {
                            sent.forEach(it -> before.add(it.join()));
                            return before;
                        });
            });
        }
        return done;
    }

    private StoreException changed() {
        return new StoreException(
                Reason.FAILED, servers + " is not what it was when this listing began; list from the start again");
    }
}
