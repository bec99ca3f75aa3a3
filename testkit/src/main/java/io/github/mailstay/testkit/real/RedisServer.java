// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A private redis-server on a free TCP port of 127.0.0.1: alone, a replica of another, or a node of a
 * {@link RedisCluster}. It keeps nothing on disk unless told to. Thread-safe. Needs the Debian packages redis-server and
 * redis-tools.
 */
public final class RedisServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final WorkDirectory work = WorkDirectory.create("redis");
    private final int port;
    private final Optional<String> password;
    private final boolean isReplica;
    private PrivateProcess process;

    private RedisServer(Builder builder) {
        port = LoopbackPorts.freeTcp();
        password = builder.password;
        isReplica = builder.settings.containsKey("replicaof");
        try {
            work.directory("data", "rwxr-xr-x");
            work.write("redis.conf", config(builder.settings));
            process = launch();
        } catch (RuntimeException e) {
            work.close();
            throw e;
        }
        try {
            process.awaitReady(this::isReady, START_LIMIT);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private String config(Map<String, String> settings) {
        StringBuilder config = new StringBuilder("bind 127.0.0.1\nport ")
                .append(port)
                .append("\ndir ")
                .append(work.path("data"))
                .append("\ndaemonize no\nsave \"\"\nrepl-diskless-sync-delay 0\n");
        password.ifPresent(it -> config.append("requirepass ")
                .append(it)
                .append("\nmasterauth ")
                .append(it)
                .append('\n'));
        settings.forEach(
                (name, value) -> config.append(name).append(' ').append(value).append('\n'));
        return config.toString();
    }

    private PrivateProcess launch() {
        return PrivateProcess.builder(
                        work,
                        "redis-server",
                        List.of("redis-server", work.path("redis.conf").toString()))
                .start();
    }

    private boolean isReady() {
        try {
            // A server that still loads its file answers PING with an error.
            return command("PING").equals("PONG")
                    && (!isReplica || command("INFO", "replication").contains("master_link_status:up"));
        } catch (RealServerException e) {
            return false;
        }
    }

    /** With no password, and nothing on disk. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its TCP port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Its address, without the password: {@code redis://127.0.0.1:PORT}. */
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /**
     * What it answers to a command, as redis-cli shows it.
     *
     * @throws RealServerException if it does not answer within 30 seconds, or with an error
     */
    public String command(String... words) {
        return RedisCli.run(work, port, password, words);
    }

    /** Its process, the present one: to freeze, or to kill. */
    public synchronized PrivateProcess process() {
        return process;
    }

    /** Ends it at once (SIGKILL), as a crash would. */
    public void crash() {
        process().kill("KILL");
        if (!process().awaitEnd(START_LIMIT)) {
            throw new RealServerException(this + " does not die");
        }
    }

    /** Starts it again, with its port and what it kept on disk, after a {@link #crash}. It answers when this returns. */
    public synchronized void restart() {
        process.close();
        process = launch();
        process.awaitReady(this::isReady, START_LIMIT);
    }

    Optional<String> password() {
        return password;
    }

    /** Ends it and deletes its files. Idempotent. */
    @Override
    public void close() {
        try {
            process().close();
        } finally {
            work.close();
        }
    }

    /** {@code redis-server on 127.0.0.1:PORT}. */
    @Override
    public String toString() {
        return "redis-server on 127.0.0.1:" + port;
    }

    /** Collects what a server needs. Not thread-safe. */
    public static final class Builder {
        private final Map<String, String> settings = new LinkedHashMap<>();
        private Optional<String> password = Optional.empty();

        private Builder() {}

        /** Asks clients and replicas for this password, of letters and digits. */
        public Builder password(String value) {
            if (!value.matches("[A-Za-z0-9]{1,64}")) {
                throw new IllegalArgumentException("password must be 1 to 64 letters and digits");
            }
            password = Optional.of(value);
            return this;
        }

        /** Makes it a replica of this server, with its password; in step when it has started. */
        public Builder replicaOf(RedisServer primary) {
            password = primary.password();
            return setting("replicaof", "127.0.0.1 " + primary.port());
        }

        /** Adds a line of redis.conf, in place of one of that name added before. */
        public Builder setting(String name, String value) {
            if ((name + value).chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("setting: a line has no control characters");
            }
            settings.put(name, value);
            return this;
        }

        /**
         * Starts it; it answers when this returns.
         *
         * @throws RealServerException if something is missing on this machine, or with the end of its log, if it does
         *     not answer within 60 seconds
         */
        public RedisServer start() {
            RealComponent.named("redis").require();
            return new RedisServer(this);
        }
    }
}
