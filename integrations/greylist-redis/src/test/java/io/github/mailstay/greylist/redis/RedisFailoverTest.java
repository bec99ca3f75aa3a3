// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisSentinel;
import io.github.mailstay.testkit.real.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The primary is lost while mail comes in, and a sentinel puts the replica in its place. */
@Real("redis")
class RedisFailoverTest {
    private static final int CLIENTS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final String PASSWORD = "sesame7";

    private RedisServer primary;
    private RedisServer replica;
    private RedisSentinel sentinel;
    private Instant now = Stores.NOON;
    private final Map<Integer, Instant> firstTries = new HashMap<>();
    private final Map<Integer, Instant> passes = new HashMap<>();
    private int failures;

    @BeforeEach
    void start(RealServers servers) {
        primary = servers.start(RedisServer.builder().password(PASSWORD));
        replica = servers.start(RedisServer.builder().replicaOf(primary));
        sentinel = servers.keep(RedisSentinel.start(primary));
    }

    @Test
    void aDeadPrimaryIsReplaced() throws Exception {
        noTryPassesEarlyAcross("KILL");
    }

    /** The host is gone, and no packet says so: the connection just falls silent. */
    @Test
    void aSilentPrimaryIsReplaced() throws Exception {
        noTryPassesEarlyAcross("STOP");
    }

    private void noTryPassesEarlyAcross(String signal) throws Exception {
        try (RedisGreylistStore store = RedisGreylistStore.builder(sentinel.uri(), Stores.FINGERPRINT)
                .password(PASSWORD.toCharArray())
                .timeout(Duration.ofMillis(700))
                .open()) {
            for (int round = 0; round < 10; round++) {
                everybodyTries(store);
            }
            assertThat(passes).isEmpty();

            primary.process().kill(signal);

            Deadline deadline = Deadline.in(PATIENCE);
            while (passes.size() < CLIENTS && !deadline.isOver()) {
                everybodyTries(store);
                Thread.sleep(20);
            }
            assertThat(failures).isPositive();
            assertThat(sentinel.primaryPort()).isEqualTo(replica.port());
            assertThat(passes).hasSize(CLIENTS);
            passes.forEach((client, passed) ->
                    assertThat(Duration.between(firstTries.get(client), passed)).isGreaterThanOrEqualTo(Stores.DELAY));
        }
    }

    /** One try of each; the clock goes on only if somebody got an answer, so that an outage does not outlast a delay. */
    private void everybodyTries(RedisGreylistStore store) throws Exception {
        Map<Integer, CompletionStage<Sighting>> tries = new LinkedHashMap<>();
        for (int client = 0; client < CLIENTS; client++) {
            firstTries.putIfAbsent(client, now);
            tries.put(client, store.record(Stores.key(client), Stores.at(now)));
        }
        boolean answered = false;
        for (Map.Entry<Integer, CompletionStage<Sighting>> each : tries.entrySet()) {
            try {
                if (Stores.get(each.getValue()).passes()) {
                    passes.putIfAbsent(each.getKey(), now);
                }
                answered = true;
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(StoreException.class);
                assertThat(Stores.failure(each.getValue()).reason()).isEqualTo(Reason.FAILED);
                failures++;
            }
        }
        if (answered) {
            now = now.plus(STEP);
        }
    }
}
