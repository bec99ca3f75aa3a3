// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyCheck;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsLookup;
import io.github.mailstay.rbl.dns.ReasonLookup;
import io.github.mailstay.rbl.health.Breaker;
import io.github.mailstay.rbl.health.ListHealth;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check that puts a client to DNS lists, all at once, and leaves a {@link Suspicion} if their score is high enough.
 * It rejects nobody, unless the operator names a score for that: what a suspicion means is up to the checks behind it,
 * such as greylisting. Thread-safe.
 *
 * <p>It acts at RCPT on clients that have not logged in ({@link PolicyRequest#isRecipientOfStranger}). The score is the
 * sum of what the lists add that have the client, as far as that is known when it is decided: at the deadline, or as soon
 * as no missing answer can change the outcome. A list that has not answered by the deadline is unknown, and what it says
 * later changes nothing. A list that is {@linkplain io.github.mailstay.rbl.health.ListHealth.State#DEAD dead} is unknown at
 * once. What it found stands in the trace as {@code result=listed score=2 lists=zen,bl unknown=dead}, {@code result=clean
 * score=0}, {@code result=unknown score=0 unknown=zen}, {@code result=skipped} or {@code client=unknown}.
 *
 * <p>Concurrency: nothing here changes but the counters and the health of the lists, see {@link ListWatch}; all that
 * belongs to one client is in its {@link Poll}.
 */
public final class RblCheck implements PolicyCheck {
    private static final Logger log = LoggerFactory.getLogger(RblCheck.class);

    /**
     * The share of the chain's time that is left to the checks behind: a suspicion is worth nothing if no time is left to
     * act on it. It also keeps this check ahead of its chain's timeout, so that what is known decides and not the fail
     * mode; a JVM that has just started may need some 10 ms for its first decision.
     */
    private static final int RESERVE = 10;

    private static final Duration LEAST_RESERVE = Duration.ofMillis(5);

    private record Asking(ListWatch watch, DnsLookup lookup) {}

    private final List<DnsList> lists;
    private final List<Asking> asking;
    private final List<Duration> timeouts;
    private final DnsLookup lookup;
    private final RblJudge judge;
    private final Duration deadline;
    private final List<AddressRange> skipNetworks;
    private final List<RblListener> listeners;
    private final Timer timer;
    private final RblCounters counters;

    RblCheck(RblCheckBuilder builder, DnsLookup lookup) {
        this.lists = List.copyOf(builder.lists);
        this.timeouts = lists.stream().map(DnsList::timeout).distinct().toList();
        this.lookup = lookup;
        this.judge = builder.judge();
        this.deadline = builder.deadline;
        this.skipNetworks = builder.skipNetworks;
        this.listeners = List.copyOf(builder.listeners);
        this.timer = builder.timer;
        this.counters = new RblCounters(lists);
        this.asking = lists.stream()
                .map(list -> new ListWatch(list, builder.breaker, timer, this::changed))
                .map(watch -> new Asking(watch, builder.cache.apply(watch.watched(lookup))))
                .toList();
    }

    /** A builder without lists. */
    public static RblCheckBuilder builder() {
        return new RblCheckBuilder();
    }

    @Override
    public CompletionStage<Outcome> check(PolicyRequest request, CheckContext context) {
        if (!request.isRecipientOfStranger()) {
            return CompletableFuture.completedStage(Outcome.pass());
        }
        RblQuery query = RblQuery.of(request);
        if (query.isEmpty()) {
            return CompletableFuture.completedStage(Outcome.pass("client=unknown"));
        }
        if (query.address().filter(this::isSkipped).isPresent()) {
            return CompletableFuture.completedStage(Outcome.pass("result=skipped"));
        }
        Deadline due = context.deadline()
                .atMost(shorter(deadline, withoutReserve(context.deadline().left())));
        return report(query, due, judge::isDecided).thenApply(judge::judge);
    }

    private boolean isSkipped(InetAddress client) {
        return skipNetworks.stream().anyMatch(network -> network.contains(client));
    }

    /** Puts an address to the lists, see {@link #report(RblQuery, Deadline)}. */
    public CompletionStage<RblReport> report(InetAddress client, Deadline due) {
        return report(RblQuery.of(client), due);
    }

    /**
     * Puts a client to the lists, for those who score by themselves. The networks that policy requests skip are not
     * skipped here, and the check's own deadline does not hold; each list's timeout does. All lists are waited for, but
     * those that are dead.
     *
     * @param due when the report is due: lists that have not answered by then are unknown in it
     * @return completes by the deadline, never exceptionally
     */
    public CompletionStage<RblReport> report(RblQuery query, Deadline due) {
        return report(query, due, Poll.Decided.NEVER);
    }

    private CompletionStage<RblReport> report(RblQuery query, Deadline due, Poll.Decided decided) {
        List<List<Optional<String>>> questions = lists.stream()
                .map(list -> query.questions(list.ask(), list.zone()))
                .toList();
        int[] listOf = IntStream.range(0, lists.size())
                .flatMap(list ->
                        IntStream.generate(() -> list).limit(questions.get(list).size()))
                .toArray();
        Poll poll = new Poll(lists, listOf, timer, decided);
        CompletableFuture<RblReport> report = poll.report().thenApply(done -> {
            counters.count(done);
            tell(listener -> listener.reported(query, done));
            return done;
        });
        if (due.isOver()) {
            poll.expire();
            return report;
        }
        int question = 0;
        for (int list = 0; list < lists.size(); list++) {
            question = ask(poll, question, asking.get(list), questions.get(list));
        }
        if (!report.isDone()) {
            expireInTime(poll, due);
        }
        return report;
    }

    /**
     * Asks those lists why that have the client. It is a matter of its own, since no decision needs it.
     *
     * @param reasons what asks for them
     * @param due when they are due
     * @return completes by the deadline, never exceptionally: by list id, for those that give a reason. What they say are a
     *     stranger's words, without control characters and of 400 octets at most; a zone in them is replaced by the list's
     *     id
     */
    public CompletionStage<Map<String, String>> reasons(
            RblQuery query, RblReport report, ReasonLookup reasons, Deadline due) {
        return new Reasons(reasons, due).of(query, report, lists);
    }

    /** What each list knew so far, by its id, in the order of the lists. A snapshot: it does not change. */
    public Map<String, ListCounts> counts() {
        return counters.snapshot();
    }

    /** How each list is now, by its id, in the order of the lists. */
    public Map<String, ListHealth> health() {
        Map<String, ListHealth> all = new LinkedHashMap<>();
        asking.forEach(one -> all.put(one.watch.list().id(), one.watch.health()));
        return Collections.unmodifiableMap(all);
    }

    /** The lists under watch, for tests of them. */
    List<ListWatch> watches() {
        return asking.stream().map(Asking::watch).toList();
    }

    /** What asks the DNS, past any cache. */
    DnsLookup lookup() {
        return lookup;
    }

    Timer timer() {
        return timer;
    }

    private static Duration withoutReserve(Duration left) {
        Duration share = left.dividedBy(RESERVE);
        return left.minus(share.compareTo(LEAST_RESERVE) < 0 ? LEAST_RESERVE : share);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Asks one list all questions; the number behind the last. */
    private int ask(Poll poll, int first, Asking list, List<Optional<String>> names) {
        if (names.isEmpty() || poll.report().isDone()) {
            return first + names.size();
        }
        Breaker.Permit permit = list.watch.permit();
        for (int i = 0; i < names.size(); i++) {
            int question = first + i;
            if (names.get(i).isEmpty()) {
                poll.settle(question, new ListResult.Unknown("name-too-long"));
                continue;
            }
            if (permit != Breaker.Permit.ASK) {
                poll.settle(question, new ListResult.Unknown("dead"));
            }
            if (permit != Breaker.Permit.REFUSE) {
                ask(poll, question, list, names.get(i).get());
            }
        }
        return first + names.size();
    }

    /** The list has all its time, however little the caller has: what it says later is for the cache, and its health. */
    private void ask(Poll poll, int question, Asking asking, String name) {
        DnsList list = asking.watch.list();
        try {
            var unused = asking.lookup
                    .lookup(name, Deadline.in(list.timeout(), timer::nanos))
                    .whenComplete((answer, failure) -> poll.settle(question, result(list, answer), ttl(answer)));
        } catch (RuntimeException e) {
            poll.settle(question, result(list, null));
        }
    }

    /** A failed lookup has no answer. Why it failed is not passed on: the message may quote the zone. */
    private static ListResult result(DnsList list, @Nullable DnsAnswer answer) {
        return answer == null
                ? new ListResult.Unknown("lookup-failed")
                : ReplyClassifier.classify(answer, list.codes(), list.errors());
    }

    private static Duration ttl(@Nullable DnsAnswer answer) {
        return answer instanceof DnsAnswer.Addresses addresses
                ? addresses.ttl()
                : answer instanceof DnsAnswer.None none ? none.ttl() : Duration.ZERO;
    }

    private void expireInTime(Poll poll, Deadline due) {
        List<CompletableFuture<Void>> alarms = new ArrayList<>();
        CompletableFuture<Void> last = timer.after(due.leftNanos());
        alarms.add(last);
        var unused = last.thenRun(poll::expire);
        for (Duration timeout : timeouts) {
            if (timeout.toNanos() < due.leftNanos()) {
                CompletableFuture<Void> alarm = timer.after(timeout.toNanos());
                alarms.add(alarm);
                unused = alarm.thenRun(() -> poll.expire(timeout));
            }
        }
        var unusedToo = poll.report().thenRun(() -> alarms.forEach(alarm -> alarm.complete(null)));
    }

    private void changed(DnsList list, ListHealth before, ListHealth now) {
        tell(listener -> listener.healthChanged(list.id(), before, now));
    }

    private void tell(Consumer<RblListener> what) {
        for (RblListener listener : listeners) {
            try {
                what.accept(listener);
            } catch (RuntimeException e) {
                log.warn("rbl: a listener failed", e);
            }
        }
    }
}
