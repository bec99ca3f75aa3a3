// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A private PostgreSQL 15 on a free TCP port of 127.0.0.1, with a superuser, a password and the database
 * {@code postgres}; optionally with a standby. Thread-safe.
 *
 * <p>It runs as user postgres if the JVM is root (PostgreSQL refuses to be root), else as the JVM's own, and needs the
 * Debian packages postgresql-15 and util-linux. {@code fsync} is off unless {@link Builder#set} says otherwise: what it
 * holds survives the end of its processes, not of the machine.
 *
 * <p>The standby is a synchronous one: what was committed, it has. So a primary without its standby commits nothing.
 */
public final class PostgresServer implements AutoCloseable {
    /** Its superuser. */
    public static final String LOGIN = "mailstay";

    /** The password of {@link #LOGIN}; it guards nothing. */
    public static final String PASSWORD = "private-to-the-test";

    private final WorkDirectory work = WorkDirectory.create("postgresql");
    private final PostgresNode primary;
    private final Optional<PostgresNode> standby;

    private PostgresServer(Builder builder) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        settings.put("fsync", "off");
        settings.put("shared_buffers", "32MB");
        settings.put("max_connections", "50");
        // Not in /dev/shm: what a killed one leaves lies in its own directory, and goes with it.
        settings.put("dynamic_shared_memory_type", "mmap");
        settings.putAll(builder.settings);
        standby = builder.hasStandby ? Optional.of(new PostgresNode(work, "standby", settings)) : Optional.empty();
        if (builder.hasStandby) {
            settings.put("synchronous_standby_names", "*");
        }
        primary = new PostgresNode(work, "primary", settings);
        try {
            if (Users.isRoot()) {
                work.directory("clusters", "rwx------", PostgresNode.USER, PostgresNode.USER);
            } else {
                work.directory("clusters", "rwx------");
            }
            primary.init(work.write("password", PASSWORD + "\n"));
            primary.start();
            standby.ifPresent(node -> {
                node.copyOf(primary);
                node.start();
            });
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** With no standby and PostgreSQL's own settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** The TCP port of the one that started as primary. */
    public int port() {
        return primary.port();
    }

    /**
     * The TCP port of the standby, promoted or not.
     *
     * @throws IllegalStateException if it has none
     */
    public int standbyPort() {
        return theStandby().port();
    }

    /** Ends the primary in order, its clients' connections first. Its data stay. Idempotent. */
    public synchronized void stop() {
        primary.stop("INT");
    }

    /** Ends the primary as a crash does: it writes nothing more. Its data stay. Idempotent. */
    public synchronized void crash() {
        primary.stop("QUIT");
    }

    /** Starts the primary again on the same port; it answers when this returns. */
    public synchronized void startAgain() {
        primary.start();
    }

    /** Stops all processes of the primary where they are: connections stay open, and nothing answers. */
    public synchronized void freeze() {
        primary.freeze();
    }

    /** Ends {@link #freeze}. */
    public synchronized void thaw() {
        primary.thaw();
    }

    /**
     * Makes the standby a primary, which takes writes when this returns. Whoever calls this sees to it that the old one
     * is no longer there: {@link #stop} or {@link #crash}.
     *
     * @throws IllegalStateException if it has none
     */
    public synchronized void promote() {
        theStandby().promote();
    }

    /** All processes of the primary and the standby, for tests of this class. */
    synchronized List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(primary), standby.stream())
                .flatMap(PostgresNode::family)
                .toList();
    }

    /** Where its files are, for tests of this class. */
    Path directory() {
        return work.path();
    }

    private PostgresNode theStandby() {
        return standby.orElseThrow(() -> new IllegalStateException("this PostgreSQL has no standby"));
    }

    /** Ends it and deletes its files. Idempotent. */
    @Override
    public synchronized void close() {
        try {
            standby.ifPresent(node -> node.stop("QUIT"));
            primary.stop("QUIT");
        } finally {
            work.close();
        }
    }

    /** {@code PostgreSQL on 127.0.0.1:PORT}. */
    @Override
    public String toString() {
        return "PostgreSQL on 127.0.0.1:" + port();
    }

    /** The settings of a PostgreSQL. Not thread-safe. */
    public static final class Builder {
        private final Map<String, String> settings = new LinkedHashMap<>();
        private boolean hasStandby;

        private Builder() {}

        /** Sets one of PostgreSQL's settings, as postgresql.conf has them, on the primary and the standby. */
        public Builder set(String setting, String value) {
            if (!setting.matches("[a-z_]+")) {
                throw new IllegalArgumentException("'" + setting + "' is no setting of PostgreSQL's");
            }
            settings.put(setting, value);
            return this;
        }

        /** Gives it a standby, which follows the primary by streaming, synchronously. */
        public Builder standby() {
            hasStandby = true;
            return this;
        }

        /**
         * Starts it; it takes connections when this returns.
         *
         * @throws RealServerException if something is missing on this machine, or with the end of its log, if it does
         *     not start within a minute
         */
        public PostgresServer start() {
            RealComponent.named("postgresql").require();
            return new PostgresServer(this);
        }
    }
}
