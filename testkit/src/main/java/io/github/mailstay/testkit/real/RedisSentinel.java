// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A private redis-sentinel that watches one primary under the name {@value #NAME} and decides alone: the primary counts
 * as down after a second, and a replica takes its place. Thread-safe. Needs the Debian package redis-sentinel.
 */
public final class RedisSentinel implements AutoCloseable {
    /** What it calls the primary. */
    public static final String NAME = "rig";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final WorkDirectory work = WorkDirectory.create("sentinel");
    private final int port = LoopbackPorts.freeTcp();
    private final PrivateProcess process;

    private RedisSentinel(RedisServer primary) {
        StringBuilder config = new StringBuilder("bind 127.0.0.1\nport ")
                .append(port)
                .append("\ndir ")
                .append(work)
                .append("\nsentinel monitor " + NAME + " 127.0.0.1 ")
                .append(primary.port())
                .append(" 1\nsentinel down-after-milliseconds " + NAME + " 1000\nsentinel failover-timeout " + NAME
                        + " 5000\n");
        primary.password()
                .ifPresent(it -> config.append("sentinel auth-pass " + NAME + " ")
                        .append(it)
                        .append('\n'));
        try {
            // It writes what it learns into this file.
            work.write("sentinel.conf", config.toString());
            process = PrivateProcess.builder(
                            work,
                            "redis-sentinel",
                            List.of("redis-sentinel", work.path("sentinel.conf").toString()))
                    .start();
        } catch (RuntimeException e) {
            work.close();
            throw e;
        }
        try {
            process.awaitReady(this::knowsReplica, START_LIMIT);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts one, which knows a replica of the primary when this returns.
     *
     * @throws RealServerException if something is missing on this machine, or with the end of its log, if it knows none
     *     within 60 seconds
     */
    public static RedisSentinel start(RedisServer primary) {
        RealComponent.named("redis").require();
        return new RedisSentinel(primary);
    }

    private boolean knowsReplica() {
        try {
            return command("SENTINEL", "REPLICAS", NAME).contains("master-link-status\nok");
        } catch (RealServerException e) {
            return false;
        }
    }

    /** Its address: {@code redis-sentinel://127.0.0.1:PORT#rig}. */
    public String uri() {
        return "redis-sentinel://127.0.0.1:" + port + "#" + NAME;
    }

    /** The port of the server that it takes for the primary. */
    public int primaryPort() {
        List<String> address =
                command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).lines().toList();
        return Integer.parseInt(address.get(1));
    }

    /** What it answers to a command, as redis-cli shows it. */
    public String command(String... words) {
        return RedisCli.run(work, port, Optional.empty(), words);
    }

    /** Ends it and deletes its files. Idempotent. */
    @Override
    public void close() {
        try {
            process.close();
        } finally {
            work.close();
        }
    }

    /** {@code redis-sentinel on 127.0.0.1:PORT}. */
    @Override
    public String toString() {
        return "redis-sentinel on 127.0.0.1:" + port;
    }
}
