// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.KeyHasher;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One history on one store: hosts with clocks of their own, and what befalls them, held to laws and model. An answer that
 * is not the model's is kept until the {@link #end}: if a law is broken later, that says more.
 */
final class History implements AutoCloseable {
    static final Duration DELAY = Duration.ofMinutes(5);
    static final Duration WINDOW = Duration.ofHours(12);
    static final Duration LIFETIME = Duration.ofDays(3);
    static final Duration CEILING = Duration.ofHours(8);
    static final int CEILING_TRIES = 4;

    static final GreylistKeys KEYS =
            GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES])).build();

    private final HistoryContract contract;
    private final HistoryModel model = new HistoryModel(KEYS);
    private final HistoryLaws laws = new HistoryLaws();
    private final List<HistoryHost> hosts = new ArrayList<>();
    private final List<GreylistStore> abandoned = new ArrayList<>();
    private final List<Triplet> tried = new ArrayList<>();
    private Instant time = Tries.NOON;
    private @Nullable AssertionError strayed;

    History(HistoryContract contract, int count) throws Exception {
        this.contract = contract;
        hosts.add(new HistoryHost(contract.open(), () -> time));
        while (hosts.size() < count) {
            hosts.add(new HistoryHost(contract.reopen(), () -> time));
        }
    }

    String pass(Duration passing) {
        time = time.plus(passing);
        return "it is " + time;
    }

    String turn(int host, Duration offset) {
        hosts.get(host).turn(offset);
        return "it has " + hosts.get(host).now();
    }

    String restart(int host) throws Exception {
        if (!contract.isDurable()) {
            return "not this store";
        }
        hosts.get(host).store().close();
        hosts.get(host).use(contract.reopen());
        return "done";
    }

    String kill(int host) throws Exception {
        Optional<GreylistStore> reopened = contract.reopenKilled(hosts.get(host).store());
        if (reopened.isEmpty()) {
            return "not this store";
        }
        abandoned.add(hosts.get(host).store());
        hosts.get(host).use(reopened.get());
        return "done";
    }

    /** Only what has expired by this host's clock may be gone. */
    String sweep(int host, int rows) throws Exception {
        HistoryHost on = hosts.get(host);
        long removed = Tries.get(on.store().expire(on.now(), rows, Duration.ofSeconds(1)))
                .removed();
        for (Triplet triplet : tried) {
            HistoryModel.State before = model.state(triplet);
            HistoryModel.State after = state(on, triplet);
            boolean entryGone = after.entry().isEmpty()
                    && before.entry().filter(entry -> entry.isExpired(on.now())).isPresent();
            boolean countGone = after.deferrals().isEmpty()
                    && before.deferrals()
                            .filter(tally -> tally.isExpired(on.now()))
                            .isPresent();
            if (entryGone) {
                laws.swept(triplet);
            }
            if (countGone) {
                laws.deferralIs(triplet, Optional.empty());
            }
            HistoryModel.State expected = new HistoryModel.State(
                    entryGone ? Optional.empty() : before.entry(), countGone ? Optional.empty() : before.deferrals());
            compare("what a sweep leaves", expected, after);
            model.set(triplet, after);
        }
        return removed + " removed";
    }

    String tryOnce(int host, Triplet triplet) throws Exception {
        HistoryHost on = hosts.get(host);
        String found = on.answer(triplet);
        remember(triplet);
        HistoryModel.State after = state(on, triplet);
        laws.told(triplet, on.now(), found);
        after.entry().ifPresent(entry -> laws.remembered(triplet, entry, on.now(), found));
        compare("what the rules say", model.expect(triplet, on.now()), found);
        compare("what the rules remember", model.state(triplet), after);
        model.set(triplet, after);
        return found;
    }

    String tryTogether(List<Integer> who, Triplet triplet) throws Exception {
        List<Instant> nows = who.stream().map(host -> hosts.get(host).now()).toList();
        if (model.mayReachCeiling(triplet, nows)) {
            List<String> each = new ArrayList<>();
            for (int host : who) {
                each.add(tryOnce(host, triplet));
            }
            return "one by one " + each;
        }
        remember(triplet);
        String[] told = new String[who.size()];
        AtomicInteger next = new AtomicInteger();
        Tries.together(who.size(), () -> {
            int mine = next.getAndIncrement();
            told[mine] = hosts.get(who.get(mine)).answer(triplet);
            return mine;
        });
        List<String> found = List.of(told);
        HistoryModel.State after = state(hosts.get(who.get(0)), triplet);
        Optional<List<Integer>> order = model.explain(triplet, nows, found, after);
        for (int i : order.orElseGet(() -> likely(found))) {
            laws.told(triplet, nows.get(i), found.get(i));
        }
        Instant earliest = nows.stream().min(Instant::compareTo).orElseThrow();
        String early = found.stream()
                .filter(each -> each.startsWith("result=early"))
                .findFirst()
                .orElse(found.get(0));
        after.entry().ifPresent(entry -> laws.remembered(triplet, entry, earliest, early));
        if (strayed == null) {
            HistoryLaws.concurrentTriesAgree(
                    order.isPresent(), found + " and " + after + " after " + model.state(triplet));
        }
        laws.deferralIs(triplet, after.deferrals());
        model.set(triplet, after);
        return found.toString();
    }

    /** The order that comes nearest, if none explains these answers: another law may say what is wrong with them. */
    private static List<Integer> likely(List<String> found) {
        List<String> ranks = List.of("result=first", "result=early", "result=passed", "result=known");
        return IntStream.range(0, found.size())
                .boxed()
                .sorted(Comparator.comparing(i -> ranks.indexOf(found.get(i).split(" ", 2)[0])))
                .toList();
    }

    /** Fails if an answer was not the model's, though no law was broken. */
    void end() {
        if (strayed != null) {
            throw strayed;
        }
    }

    private void compare(String what, Object expected, Object is) {
        if (strayed == null && !expected.equals(is)) {
            strayed = new AssertionError(what + ": expected " + expected + " but was " + is);
        }
    }

    private HistoryModel.State state(HistoryHost on, Triplet triplet) throws Exception {
        Optional<Tally> deferrals = Tries.get(on.store().find(triplet.deferrals(KEYS)));
        return new HistoryModel.State(Tries.get(on.store().find(triplet.key(KEYS))), deferrals);
    }

    private void remember(Triplet triplet) {
        if (!tried.contains(triplet)) {
            tried.add(triplet);
        }
    }

    @Override
    public void close() {
        hosts.forEach(host -> host.store().close());
        abandoned.forEach(GreylistStore::close);
    }
}
