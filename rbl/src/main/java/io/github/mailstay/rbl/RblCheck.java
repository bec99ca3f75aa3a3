// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyCheck;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsLookup;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check that puts a client to DNS lists, all at once, and leaves a {@link Suspicion} if their score is high enough.
 * It never rejects: what a suspicion means is up to the checks behind it, such as greylisting. Thread-safe.
 *
 * <p>It acts at RCPT on clients that have not logged in ({@link PolicyRequest#isRecipientOfStranger}). The score is the
 * sum of the weights of the lists that have the client, as far as that is known at the deadline; a list that has not
 * answered by then is unknown, and what it says later changes nothing. What it found stands in the trace as
 * {@code result=listed score=2 lists=zen,bl unknown=dead}, {@code result=clean score=0}, {@code result=unknown score=0
 * unknown=zen}, {@code result=skipped} or {@code client=unknown}.
 *
 * <p>Concurrency: nothing here changes but the counters; all that belongs to one client is in its {@link Poll}.
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

    private final List<DnsList> lists;
    private final List<Duration> timeouts;
    private final DnsLookup lookup;
    private final RblJudge judge;
    private final Duration deadline;
    private final List<AddressRange> skipNetworks;
    private final List<RblListener> listeners;
    private final Timer timer;
    private final RblCounters counters;

    private RblCheck(Builder builder, DnsLookup lookup) {
        this.lists = List.copyOf(builder.lists);
        this.timeouts = lists.stream().map(DnsList::timeout).distinct().toList();
        this.lookup = lookup;
        this.judge = new RblJudge(builder.greylistAt, builder.onUnknown);
        this.deadline = builder.deadline;
        this.skipNetworks = builder.skipNetworks;
        this.listeners = List.copyOf(builder.listeners);
        this.timer = builder.timer;
        this.counters = new RblCounters(lists);
    }

    /** A builder without lists. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletionStage<Outcome> check(PolicyRequest request, CheckContext context) {
        if (!request.isRecipientOfStranger()) {
            return CompletableFuture.completedStage(Outcome.pass());
        }
        Optional<InetAddress> client = request.clientAddress().map(QueryName::unmapped);
        if (client.isEmpty()) {
            return CompletableFuture.completedStage(Outcome.pass("client=unknown"));
        }
        if (skipNetworks.stream().anyMatch(network -> network.contains(client.get()))) {
            return CompletableFuture.completedStage(Outcome.pass("result=skipped"));
        }
        Deadline due = context.deadline()
                .atMost(shorter(deadline, withoutReserve(context.deadline().left())));
        return report(client.get(), due).thenApply(judge::judge);
    }

    /**
     * Puts a client to the lists, for those who score by themselves. The networks that policy requests skip are not
     * skipped here, and the check's own deadline does not hold; each list's timeout does.
     *
     * @param client IPv4 or IPv6; an IPv4-mapped one counts as IPv4
     * @param due when the report is due: lists that have not answered by then are unknown in it
     * @return completes by the deadline, never exceptionally
     */
    public CompletionStage<RblReport> report(InetAddress client, Deadline due) {
        Poll poll = new Poll(lists, timer);
        CompletableFuture<RblReport> report = poll.report().thenApply(done -> {
            counters.count(done);
            tell(client, done);
            return done;
        });
        if (due.isOver()) {
            poll.expire();
            return report;
        }
        for (int i = 0; i < lists.size(); i++) {
            ask(poll, i, client, due);
        }
        if (!report.isDone()) {
            expireInTime(poll, due);
        }
        return report;
    }

    /** What each list knew so far, by its id, in the order of the lists. A snapshot: it does not change. */
    public Map<String, ListCounts> counts() {
        return counters.snapshot();
    }

    private static Duration withoutReserve(Duration left) {
        Duration share = left.dividedBy(RESERVE);
        return left.minus(share.compareTo(LEAST_RESERVE) < 0 ? LEAST_RESERVE : share);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void ask(Poll poll, int i, InetAddress client, Deadline due) {
        DnsList list = lists.get(i);
        Optional<String> name = QueryName.of(client, list.zone());
        if (name.isEmpty()) {
            poll.settle(i, new ListResult.Unknown("name-too-long"));
            return;
        }
        try {
            var unused = lookup.lookup(name.get(), due.atMost(list.timeout()))
                    .whenComplete((answer, failure) -> poll.settle(i, result(list, answer)));
        } catch (RuntimeException e) {
            poll.settle(i, result(list, null));
        }
    }

    /** A failed lookup has no answer. Why it failed is not passed on: the message may quote the zone. */
    private static ListResult result(DnsList list, @Nullable DnsAnswer answer) {
        return answer == null
                ? new ListResult.Unknown("lookup-failed")
                : ReplyClassifier.classify(answer, list.reply());
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

    private void tell(InetAddress client, RblReport report) {
        for (RblListener listener : listeners) {
            try {
                listener.reported(client, report);
            } catch (RuntimeException e) {
                log.warn("rbl: a listener failed", e);
            }
        }
    }

    /** Collects the settings of a check. Not thread-safe. */
    public static final class Builder {
        /** The most lists one check asks. */
        public static final int MAX_LISTS = 64;

        private static final Duration MAX_DEADLINE = Duration.ofSeconds(60);

        /** RFC 6890: private, loopback, link-local, unique local, shared (carrier-grade NAT). No list knows them. */
        public static final List<AddressRange> NOT_PUBLIC = List.of(
                AddressRange.parse("10.0.0.0/8"),
                AddressRange.parse("172.16.0.0/12"),
                AddressRange.parse("192.168.0.0/16"),
                AddressRange.parse("127.0.0.0/8"),
                AddressRange.parse("169.254.0.0/16"),
                AddressRange.parse("100.64.0.0/10"),
                AddressRange.parse("::1"),
                AddressRange.parse("fe80::/10"),
                AddressRange.parse("fc00::/7"));

        private final List<DnsList> lists = new ArrayList<>();
        private final Set<String> ids = new HashSet<>();
        private final List<RblListener> listeners = new ArrayList<>();
        private @Nullable DnsLookup lookup;
        private int greylistAt = 1;
        private Duration deadline = Duration.ofSeconds(3);
        private FailMode onUnknown = FailMode.PASS;
        private List<AddressRange> skipNetworks = NOT_PUBLIC;
        private Timer timer = Timer.SYSTEM;

        private Builder() {}

        /**
         * Adds a list; 64 at most.
         *
         * @throws IllegalArgumentException if its id is taken, or if there are too many
         */
        public Builder list(DnsList list) {
            if (lists.size() == MAX_LISTS) {
                throw new IllegalArgumentException("lists: more than " + MAX_LISTS);
            }
            if (!ids.add(list.id())) {
                throw new IllegalArgumentException("lists: the id " + list.id() + " is taken");
            }
            lists.add(list);
            return this;
        }

        /** Adds lists, as {@link #list} does. */
        public Builder lists(List<DnsList> more) {
            more.forEach(this::list);
            return this;
        }

        /** Sets what asks the DNS. Required; who made it closes it. */
        public Builder lookup(DnsLookup lookup) {
            this.lookup = lookup;
            return this;
        }

        /**
         * Sets the score from which on a client is suspicious; 1 unless set.
         *
         * @throws IllegalArgumentException if it is not above 0
         */
        public Builder greylistAt(int greylistAt) {
            if (greylistAt <= 0) {
                throw new IllegalArgumentException("greylistAt: " + greylistAt + " is not above 0");
            }
            this.greylistAt = greylistAt;
            return this;
        }

        /**
         * Sets how long a policy request waits for the lists; 3 s unless set. Never longer than nine tenths of what is left
         * of the chain's time, or all but 5 ms if that is less.
         *
         * @throws IllegalArgumentException if it is not above 0 and at most 60 s
         */
        public Builder deadline(Duration deadline) {
            if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(MAX_DEADLINE) > 0) {
                throw new IllegalArgumentException("deadline: " + deadline + " is not above 0 and at most 60 s");
            }
            this.deadline = deadline;
            return this;
        }

        /**
         * Sets what a score below the threshold counts as if lists that cannot tell could have raised it there:
         * {@link FailMode#PASS} unless set; {@link FailMode#DEFER} defers with 451 4.7.1.
         */
        public Builder onUnknown(FailMode onUnknown) {
            this.onUnknown = onUnknown;
            return this;
        }

        /**
         * Sets the clients that policy requests do not ask for, in place of the default: private, loopback, link-local,
         * unique local and carrier-grade NAT addresses (RFC 6890).
         */
        public Builder skipNetworks(List<AddressRange> skipNetworks) {
            this.skipNetworks = List.copyOf(skipNetworks);
            return this;
        }

        /** Adds a listener. */
        public Builder listener(RblListener listener) {
            listeners.add(listener);
            return this;
        }

        Builder timer(Timer timer) {
            this.timer = timer;
            return this;
        }

        /**
         * The check. Without lists it finds every client clean.
         *
         * @throws IllegalArgumentException if there is no lookup
         */
        public RblCheck build() {
            if (lookup == null) {
                throw new IllegalArgumentException("lookup: missing");
            }
            return new RblCheck(this, lookup);
        }
    }
}
