// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.testkit.real.LoopbackPorts;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisCluster;
import io.github.mailstay.testkit.real.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Redis goes away, hangs, forgets, and comes back; the store is never opened anew. */
@Real("redis")
class RedisOutageTest {
    private static final RedisServer.Builder DURABLE =
            RedisServer.builder().setting("appendonly", "yes").setting("appendfsync", "always");

    /** Enough for lettuce, which tries a broken connection again within a second. */
    private static final int MOST_TRIES = 600;

    @Test
    void callsFailWhileRedisIsDeadAndSucceedWhenItLives(RealServers servers) throws Exception {
        RedisServer redis = servers.start(DURABLE);
        try (RedisGreylistStore store =
                Stores.builder(redis.uri()).timeout(Duration.ofSeconds(2)).open()) {
            Stores.get(store.record(Stores.key(1), Stores.at(Stores.NOON)));
            redis.crash();
            for (int i = 0; i < 5; i++) {
                assertThat(Stores.failure(store.record(Stores.key(1), Stores.at(Stores.NOON)))
                                .reason())
                        .isEqualTo(Reason.FAILED);
            }
            assertThat(Stores.failure(store.list(Cursor.START, 10)).reason()).isEqualTo(Reason.FAILED);
            assertThat(Stores.failure(store.stats()).reason()).isEqualTo(Reason.FAILED);

            redis.restart();

            awaitAnswer(store);
            // The script is unknown to the new process, and the entry is not.
            assertThat(Stores.get(store.record(Stores.key(1), Stores.at(Stores.NOON.plus(Stores.DELAY))))
                            .kind())
                    .isEqualTo(Sighting.Kind.PASSED);
        }
    }

    @Test
    void aClusterComesBackToo(RealServers servers) throws Exception {
        RedisCluster cluster = servers.keep(RedisCluster.start());
        try (RedisGreylistStore store = Stores.builder(cluster.uris())
                .cluster(true)
                .timeout(Duration.ofSeconds(1))
                .open()) {
            for (int i = 0; i < 50; i++) {
                Stores.get(store.record(Stores.key(i), Stores.at(Stores.NOON)));
            }
            cluster.nodes().get(1).crash();
            int failed = 0;
            for (CompletionStage<Sighting> each : records(store)) {
                try {
                    Stores.get(each);
                } catch (ExecutionException e) {
                    assertThat(Stores.failure(each).reason()).isEqualTo(Reason.FAILED);
                    failed++;
                }
            }
            assertThat(failed).isPositive();
            cluster.nodes().get(1).restart();
            for (int i = 0; i < 50; i++) {
                awaitAnswer(store, i);
            }
            // The other two kept what they had.
            assertThat(Stores.get(store.stats()).entries()).isPositive();
        }
    }

    private static List<CompletionStage<Sighting>> records(RedisGreylistStore store) {
        List<CompletionStage<Sighting>> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sent.add(store.record(Stores.key(i), Stores.at(Stores.NOON)));
        }
        return sent;
    }

    @Test
    void callsEndWhileRedisHangs(RealServers servers) throws Exception {
        RedisServer redis = servers.start(RedisServer.builder());
        try (RedisGreylistStore store =
                Stores.builder(redis.uri()).timeout(Duration.ofSeconds(1)).open()) {
            Stores.get(store.record(Stores.key(1), Stores.at(Stores.NOON)));
            redis.process().kill("STOP");
            // More than it takes to try another connection, which hangs like the first.
            for (int i = 0; i < 5; i++) {
                StoreException trouble = Stores.failure(store.record(Stores.key(2), Stores.at(Stores.NOON)));
                assertThat(trouble.reason()).isEqualTo(Reason.FAILED);
                assertThat(trouble).hasMessageContaining("did not answer in time");
            }
            redis.process().kill("CONT");
            awaitAnswer(store);
            assertThat(Stores.get(store.find(Stores.key(1)))).isPresent();
        }
    }

    @Test
    void moreThanMayWaitAreRefused(RealServers servers) throws Exception {
        RedisServer redis = servers.start(RedisServer.builder());
        try (RedisGreylistStore store =
                Stores.builder(redis.uri()).queueLimit(5).open()) {
            redis.process().kill("STOP");
            List<CompletionStage<Sighting>> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(store.record(Stores.key(i), Stores.at(Stores.NOON)));
            }
            assertThat(Stores.failure(store.record(Stores.key(5), Stores.at(Stores.NOON)))
                            .reason())
                    .isEqualTo(Reason.OVERLOADED);
            redis.process().kill("CONT");
            for (CompletionStage<Sighting> each : waiting) {
                assertThat(Stores.get(each).kind()).isEqualTo(Sighting.Kind.FIRST);
            }
            assertThat(Stores.get(store.record(Stores.key(5), Stores.at(Stores.NOON)))
                            .kind())
                    .isEqualTo(Sighting.Kind.FIRST);
        }
    }

    @Test
    void forgottenScriptsAreSentAgain(RealServers servers) throws Exception {
        RedisServer redis = servers.start(RedisServer.builder());
        try (RedisGreylistStore store = Stores.builder(redis.uri()).open()) {
            for (Sighting.Kind expected : new Sighting.Kind[] {Sighting.Kind.FIRST, Sighting.Kind.EARLY}) {
                redis.command("SCRIPT", "FLUSH");
                assertThat(Stores.get(store.record(Stores.key(1), Stores.at(Stores.NOON)))
                                .kind())
                        .isEqualTo(expected);
            }
            assertThat(redis.command("INFO", "commandstats"))
                    .contains("cmdstat_evalsha")
                    .contains("cmdstat_eval:calls=2");
        }
    }

    @Test
    void aListingDoesNotGoOnInAnotherProcess(RealServers servers) throws Exception {
        RedisServer redis = servers.start(DURABLE);
        try (RedisGreylistStore store = Stores.builder(redis.uri()).open()) {
            for (int i = 0; i < 200; i++) {
                Stores.get(store.record(Stores.key(i), Stores.at(Stores.NOON)));
            }
            Cursor next = Stores.get(store.list(Cursor.START, 10)).next().orElseThrow();
            redis.crash();
            redis.restart();
            awaitAnswer(store);
            assertThat(Stores.failure(store.list(next, 10))).hasMessageContaining("list from the start again");
            Page all = Stores.get(store.list(Cursor.START, 10_000));
            assertThat(all.rows()).hasSize(200);
        }
    }

    @Test
    void whereNobodyIsTheStoreDoesNotOpen() {
        String address = "redis://127.0.0.1:" + LoopbackPorts.freeTcp();
        assertThatThrownBy(() -> Stores.builder(address).open())
                .isInstanceOfSatisfying(
                        StoreException.class, it -> assertThat(it.reason()).isEqualTo(Reason.FAILED))
                .hasMessageContaining(address)
                .hasMessageContaining("Connection refused");
    }

    /** Waits for the first answer; what fails before must fail as the contract says. */
    private static void awaitAnswer(RedisGreylistStore store) throws Exception {
        awaitAnswer(store, 1);
    }

    private static void awaitAnswer(RedisGreylistStore store, int key) throws Exception {
        for (int i = 0; i < MOST_TRIES; i++) {
            CompletionStage<?> answer = store.find(Stores.key(key));
            try {
                Stores.get(answer);
                return;
            } catch (ExecutionException e) {
                assertThat(Stores.failure(answer).reason()).isEqualTo(Reason.FAILED);
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the store does not come back");
    }
}
