// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.mailstay.greylist.Greylist;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.KeyHasher;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * One random history: a few clients, senders and recipients, hosts with clocks of their own, and what befalls them.
 *
 * <p>The laws: no pass before the delay by the clocks that told the time; an early retry never restarts the clock; nobody is
 * deferred beyond the ceiling; the first try of a generation never moves later; every answer is that of the rules.
 */
final class History implements AutoCloseable {
    static final Duration DELAY = Duration.ofMinutes(5);
    static final Duration WINDOW = Duration.ofHours(12);
    static final Duration LIFETIME = Duration.ofDays(3);
    static final Duration CEILING = Duration.ofHours(8);
    static final int CEILING_TRIES = 9;

    private static final GreylistKeys KEYS =
            GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES])).build();

    private final class Host {
        private GreylistStore store;
        private Duration offset = Duration.ZERO;
        private Greylist greylist;

        Host(GreylistStore store) {
            this.store = store;
            greylist = greylistOn(store);
        }

        Greylist greylistOn(GreylistStore on) {
            return Greylist.builder(on, KEYS)
                    .clock(this::now)
                    .delay(DELAY)
                    .retryWindow(WINDOW)
                    .lifetime(LIFETIME)
                    .ceiling(CEILING, CEILING_TRIES)
                    .trustAfter(0)
                    .suspiciousOnly(false)
                    .build();
        }

        Instant now() {
            return time.plus(offset);
        }

        void use(GreylistStore other) {
            store = other;
            greylist = greylistOn(other);
        }
    }

    private final HistoryContract contract;
    private final String name;
    private final Random random;
    private final HistoryModel model = new HistoryModel(KEYS);
    private final List<Host> hosts = new ArrayList<>();
    private final List<GreylistStore> abandoned = new ArrayList<>();
    private Instant time = Tries.NOON;

    History(HistoryContract contract, long seed, int count) throws Exception {
        this.contract = contract;
        this.name = "seed " + seed;
        this.random = new Random(seed);
        hosts.add(new Host(contract.open()));
        while (hosts.size() < count) {
            hosts.add(new Host(contract.reopen()));
            hosts.get(hosts.size() - 1).offset = Duration.ofMillis(random.nextInt(4000) - 2000);
        }
    }

    void play(int steps) throws Exception {
        for (int step = 0; step < steps; step++) {
            String where = name + ", step " + step;
            Host host = hosts.get(random.nextInt(hosts.size()));
            switch (random.nextInt(12)) {
                case 0 -> host.offset = Duration.ofMillis(random.nextInt(7_200_000) - 3_600_000);
                case 1 -> restart(host);
                case 2 -> kill(host);
                case 3 -> Tries.get(host.store.expire(host.now(), 1 + random.nextInt(5), Duration.ofSeconds(1)));
                default -> tryOnce(host, where);
            }
            time = time.plus(pause());
        }
    }

    private Duration pause() {
        return switch (random.nextInt(8)) {
            case 0 -> DELAY;
            case 1 -> DELAY.minusMillis(1 + random.nextInt(2));
            case 2 -> Duration.ofMinutes(random.nextInt(120));
            case 3 -> Duration.ofHours(random.nextInt(20));
            default -> Duration.ofMillis(random.nextInt(100_000));
        };
    }

    private void tryOnce(Host host, String where) throws Exception {
        String client = "192.0." + (1 + random.nextInt(4)) + ".7";
        String sender = random.nextInt(5) == 0 ? "" : "s" + random.nextInt(2) + "@example.org";
        String recipient = "r" + random.nextInt(2) + "@example.net";
        PolicyRequest request = PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", sender)
                .attribute("recipient", recipient)
                .build();
        HistoryModel.Expected expected = model.expect(client, request, host.now());
        Outcome outcome = Tries.get(host.greylist.check(request, CheckContext.of(Deadline.in(Duration.ofMinutes(1)))));
        assertEquals(expected.found(), outcome.found(), where);
        assertEquals(expected.entry(), Tries.get(host.store.find(expected.key())), where);
        assertLaws(expected, outcome, host.now(), where);
    }

    private static void assertLaws(HistoryModel.Expected expected, Outcome outcome, Instant now, String where) {
        if (outcome.found().startsWith("result=passed") || outcome.found().startsWith("result=ceiling")) {
            assertFalse(now.isBefore(expected.earliestTry().plus(DELAY)), where + ": a pass before the delay");
        }
        if (outcome instanceof Outcome.Settle) {
            assertTrue(now.isBefore(expected.firstDeferral().plus(CEILING)), where + ": deferred beyond the ceiling");
            Optional<Instant> before = expected.firstSeenBefore();
            Instant after = expected.entry().orElseThrow().firstSeen();
            if (outcome.found().startsWith("result=early")) {
                assertFalse(after.isAfter(before.orElseThrow()), where + ": an early retry has restarted the clock");
            }
        }
    }

    private void restart(Host host) throws Exception {
        if (contract.isDurable()) {
            host.store.close();
            host.use(contract.reopen());
        }
    }

    private void kill(Host host) throws Exception {
        Optional<GreylistStore> reopened = contract.reopenKilled(host.store);
        if (reopened.isPresent()) {
            abandoned.add(host.store);
            host.use(reopened.get());
        }
    }

    @Override
    public void close() {
        hosts.forEach(host -> host.store.close());
        abandoned.forEach(GreylistStore::close);
    }
}
