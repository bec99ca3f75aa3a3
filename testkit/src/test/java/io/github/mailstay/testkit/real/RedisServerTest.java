// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Real("redis")
class RedisServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void answers(RealServers servers) {
        RedisServer redis = servers.redis();
        assertThat(redis.command("SET", "testkit", "there")).isEqualTo("OK");
        assertThat(redis.command("GET", "testkit")).isEqualTo("there");
        assertThat(servers.redis()).isSameAs(redis);
        assertThatThrownBy(() -> redis.command("NOSUCHCOMMAND"))
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("unknown command");
    }

    @Test
    void letsNobodyInWithoutThePassword(RealServers servers) {
        RedisServer redis = servers.start(RedisServer.builder().password("sesame7"));
        assertThat(redis.command("PING")).isEqualTo("PONG");
        WorkDirectory work = servers.keep(WorkDirectory.create("cli"));
        assertThatThrownBy(() -> RedisCli.run(work, redis.port(), Optional.empty(), "PING"))
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("NOAUTH");
    }

    @Test
    void comesBackWithWhatItKeptOnDisk(RealServers servers) {
        RedisServer redis =
                servers.start(RedisServer.builder().setting("appendonly", "yes").setting("appendfsync", "always"));
        redis.command("SET", "kept", "yes");
        redis.crash();
        assertThat(redis.process().isAlive()).isFalse();
        redis.restart();
        assertThat(redis.command("GET", "kept")).isEqualTo("yes");
    }

    @Test
    void aSentinelPutsTheReplicaInThePrimarysPlace(RealServers servers) {
        RedisServer primary = servers.start(RedisServer.builder().password("sesame7"));
        RedisServer replica = servers.start(RedisServer.builder().replicaOf(primary));
        RedisSentinel sentinel = servers.keep(RedisSentinel.start(primary));
        primary.command("SET", "kept", "yes");
        // Replication is asynchronous: a primary may die with what it has not sent yet.
        assertThat(primary.command("WAIT", "1", "10000")).isEqualTo("1");
        assertThat(sentinel.primaryPort()).isEqualTo(primary.port());
        primary.crash();
        assertThat(Waiting.until(Waiting.within(LIMIT), () -> sentinel.primaryPort() == replica.port()))
                .isTrue();
        assertThat(Waiting.until(
                        Waiting.within(LIMIT), () -> replica.command("ROLE").startsWith("master")))
                .isTrue();
        assertThat(replica.command("GET", "kept")).isEqualTo("yes");
    }

    @Test
    void aClustersNodesShareTheSlots(RealServers servers) {
        RedisCluster cluster = servers.keep(RedisCluster.start());
        assertThat(cluster.nodes()).hasSize(3);
        assertThat(cluster.nodes().get(2).command("CLUSTER", "INFO")).contains("cluster_slots_ok:16384");
    }
}
