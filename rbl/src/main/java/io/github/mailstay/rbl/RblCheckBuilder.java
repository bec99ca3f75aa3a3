// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.rbl.dns.DnsLookup;
import io.github.mailstay.rbl.health.BreakerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link RblCheck}. Not thread-safe. */
public final class RblCheckBuilder {
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

    final List<DnsList> lists = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    final List<RblListener> listeners = new ArrayList<>();
    private @Nullable DnsLookup lookup;
    private int greylistAt = 1;
    Duration deadline = Duration.ofSeconds(3);
    private FailMode onUnknown = FailMode.PASS;
    List<AddressRange> skipNetworks = NOT_PUBLIC;
    Timer timer = Timer.SYSTEM;
    BreakerSettings breaker = BreakerSettings.USUAL;
    UnaryOperator<DnsLookup> cache = UnaryOperator.identity();
    private OptionalInt rejectAt = OptionalInt.empty();
    private SortedSet<Integer> matters = new TreeSet<>();

    RblCheckBuilder() {}

    /**
     * Adds a list; 64 at most.
     *
     * @throws IllegalArgumentException if its id is taken, or if there are too many
     */
    public RblCheckBuilder list(DnsList list) {
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
    public RblCheckBuilder lists(List<DnsList> more) {
        more.forEach(this::list);
        return this;
    }

    /** Sets what asks the DNS. Required; who made it closes it. */
    public RblCheckBuilder lookup(DnsLookup lookup) {
        this.lookup = lookup;
        return this;
    }

    /**
     * Sets the score from which on a client is suspicious; 1 unless set.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public RblCheckBuilder greylistAt(int greylistAt) {
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
    public RblCheckBuilder deadline(Duration deadline) {
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
    public RblCheckBuilder onUnknown(FailMode onUnknown) {
        this.onUnknown = onUnknown;
        return this;
    }

    /**
     * Sets the clients that policy requests do not ask for, in place of the default: private, loopback, link-local,
     * unique local and carrier-grade NAT addresses (RFC 6890).
     */
    public RblCheckBuilder skipNetworks(List<AddressRange> skipNetworks) {
        this.skipNetworks = List.copyOf(skipNetworks);
        return this;
    }

    /**
     * Sets the score from which on a client is rejected, with 554 5.7.1 and the ids of the lists; never, unless set:
     * lists err, and a suspicion is what greylisting is for.
     *
     * @throws IllegalArgumentException if it is not above 0
     */
    public RblCheckBuilder rejectAt(int rejectAt) {
        if (rejectAt <= 0) {
            throw new IllegalArgumentException("rejectAt: " + rejectAt + " is not above 0");
        }
        this.rejectAt = OptionalInt.of(rejectAt);
        return this;
    }

    /**
     * Sets the scores from which on those behind treat a suspicion in another way, such as those of a table of delays:
     * when all answers that are missing cannot lift the score over the next of them, nor take it below the last, they
     * are not waited for. Unless set, each point may matter, and only the missing answers that cannot make a client
     * suspicious at all are not waited for.
     */
    public RblCheckBuilder scoresThatMatter(Collection<Integer> scores) {
        matters = new TreeSet<>(scores);
        matters.add(greylistAt);
        return this;
    }

    /** Sets when a list is dead; {@link BreakerSettings#USUAL} unless set. */
    public RblCheckBuilder breaker(BreakerSettings settings) {
        breaker = settings;
        return this;
    }

    /**
     * Puts something in front of the lookup of each list, such as {@code lookup -> CachedLookup.builder(lookup).build()}:
     * what it answers by itself says nothing of the list's health. Nothing unless set.
     */
    public RblCheckBuilder cache(UnaryOperator<DnsLookup> inFront) {
        cache = inFront;
        return this;
    }

    /** Adds a listener. */
    public RblCheckBuilder listener(RblListener listener) {
        listeners.add(listener);
        return this;
    }

    RblCheckBuilder timer(Timer timer) {
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
        judge();
        return new RblCheck(this, lookup);
    }

    RblJudge judge() {
        if (rejectAt.isPresent() && rejectAt.getAsInt() < greylistAt) {
            throw new IllegalArgumentException(
                    "rejectAt: " + rejectAt.getAsInt() + " is below greylistAt, " + greylistAt);
        }
        return new RblJudge(greylistAt, rejectAt, onUnknown, matters);
    }
}
