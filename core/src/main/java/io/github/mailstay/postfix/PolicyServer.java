// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import io.github.mailstay.policy.Decider;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of Postfix's policy delegation protocol over TCP and unix sockets. Thread-safe; runs from {@link
 * Builder#start} to {@link #close}.
 *
 * <p>Every request gets one answer and not a byte more. Bytes that are no request, or beyond a limit, are logged and the
 * connection closed without a guess: Postfix then asks again on a new connection, or takes its {@code default_action}.
 * Source: Postfix SMTPD_POLICY_README.
 *
 * <p>Concurrency: connections are dealt to a few selector loops in turn and stay with theirs ({@link IoLoop}, {@link
 * PolicyConnection}). What the loops share is this object: final settings, the concurrent set of connections, and a
 * counter that admits connections before they are set up, so that the limit holds whichever loop accepts.
 */
public final class PolicyServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PolicyServer.class);

    private final Decider decider;
    private final PolicySettings settings;
    private final HeaderOnce headerOnce = new HeaderOnce();
    private final List<IoLoop> loops = new ArrayList<>();
    private final List<PolicyListener> listeners = new ArrayList<>();
    private final Set<PolicyConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicBoolean full = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    private PolicyServer(Decider decider, PolicySettings settings) {
        this.decider = decider;
        this.settings = settings;
    }

    /** A builder of a server that asks this decider, usually a {@link io.github.mailstay.policy.PolicyChain}. */
    public static Builder builder(Decider decider) {
        return new Builder(decider);
    }

    /** Where this server listens, with the real ports, in the order in which they were given. */
    public List<Endpoint> endpoints() {
        return listeners.stream().map(PolicyListener::endpoint).toList();
    }

    /** How many connections are open. */
    public int connections() {
        return admitted.get();
    }

    /**
     * Stops: takes no new connections, answers what is in flight (for the grace at most), then closes all connections.
     * Idempotent; safe from any thread but one that decides.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        listeners.forEach(PolicyListener::close);
        long until = System.nanoTime() + settings.grace().toNanos();
        try {
            awaitUnbound();
            for (PolicyConnection connection : connections) {
                connection.drainSoon();
            }
            while (admitted.get() > 0 && System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (admitted.get() > 0) {
            log.warn("policy: {} connections were still busy after {}", admitted.get(), settings.grace());
        }
        loops.forEach(IoLoop::close);
    }

    /** A channel that a selector knows is closed in earnest only when that selector has turned once more. */
    private void awaitUnbound() throws InterruptedException {
        CountDownLatch turned = new CountDownLatch(1);
        loops.get(0).execute(turned::countDown);
        long most = Math.min(settings.grace().toNanos(), TimeUnit.SECONDS.toNanos(1));
        if (!turned.await(most, TimeUnit.NANOSECONDS)) {
            log.warn("policy: a loop is stuck, its sockets are closed when it ends");
        }
    }

    PolicySettings settings() {
        return settings;
    }

    Decider decider() {
        return decider;
    }

    HeaderOnce headerOnce() {
        return headerOnce;
    }

    /** Takes a new connection, or closes it when there are too many. */
    void admit(SocketChannel channel) throws IOException {
        if (admitted.incrementAndGet() > settings.maxConnections()) {
            admitted.decrementAndGet();
            if (full.compareAndSet(false, true)) {
                log.warn("policy: {} connections are open; more are refused", settings.maxConnections());
            }
            channel.close();
            return;
        }
        IoLoop loop = loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
        loop.execute(() -> {
            try {
                PolicyConnection connection = new PolicyConnection(this, loop, channel);
                connections.add(connection);
                if (closed.get()) {
                    connection.drain();
                }
            } catch (IOException | RuntimeException e) {
                log.debug("policy: a new connection broke", e);
                admitted.decrementAndGet();
                closeQuietly(channel);
            }
        });
    }

    void closed(PolicyConnection connection) {
        if (connections.remove(connection)) {
            admitted.decrementAndGet();
            full.set(false);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("policy: closing a connection failed", e);
        }
    }

    private void start(LongSupplier nanoTime) throws IOException {
        try {
            for (int i = 0; i < settings.loops(); i++) {
                loops.add(new IoLoop("mailstay-policy-" + i, nanoTime));
            }
            for (Endpoint endpoint : settings.endpoints()) {
                listeners.add(PolicyListener.bind(endpoint, this, loops.get(0)));
            }
        } catch (IOException | RuntimeException e) {
            listeners.forEach(PolicyListener::close);
            loops.forEach(IoLoop::abandon);
            throw e;
        }
        loops.forEach(IoLoop::start);
    }

    /** Settings of a server. Not thread-safe. */
    public static final class Builder {
        private final Decider decider;
        private final List<Endpoint> endpoints = new ArrayList<>();
        private Duration deadline = Duration.ofSeconds(5);
        private PolicyLimits limits = PolicyLimits.DEFAULT;
        private int maxConnections = 1000;
        private Duration idleTimeout = Duration.ofHours(1);
        private Duration requestTimeout = Duration.ofSeconds(100);
        private Duration grace = Duration.ofSeconds(10);
        private int loops = Math.max(1, Math.min(2, Runtime.getRuntime().availableProcessors()));
        private String socketMode = "rw-rw-rw-";
        private @Nullable String socketGroup;
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(Decider decider) {
            this.decider = decider;
        }

        /** Adds an endpoint; at least one is needed. Nothing listens beyond loopback unless its host says so. */
        public Builder listen(Endpoint endpoint) {
            endpoints.add(endpoint);
            return this;
        }

        /** How long a decision may take; default 5 s, 10 ms to 90 s (Postfix waits 100 s). */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** How much one request may be; default {@link PolicyLimits#DEFAULT}. */
        public Builder limits(PolicyLimits limits) {
            this.limits = limits;
            return this;
        }

        /** Connections open at once; default 1000, 1 to 100000. More are closed at once, and one line logged. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = maxConnections;
            return this;
        }

        /** How long a connection may be silent; default 1 h, above 1000 s, for which Postfix keeps its own. */
        public Builder idleTimeout(Duration idleTimeout) {
            this.idleTimeout = idleTimeout;
            return this;
        }

        /** How long a request may take to arrive; default 100 s, 100 ms to 30 min. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = requestTimeout;
            return this;
        }

        /** How long {@link PolicyServer#close} waits for answers in flight; default 10 s, 0 to 10 min. */
        public Builder grace(Duration grace) {
            this.grace = grace;
            return this;
        }

        /** Threads that serve sockets; default 2, or 1 on a machine with one processor; 1 to 64. */
        public Builder loops(int loops) {
            this.loops = loops;
            return this;
        }

        /** Permissions of unix sockets, as {@code rw-rw----}; default {@code rw-rw-rw-}: Postfix connects as its own user. */
        public Builder socketMode(String socketMode) {
            this.socketMode = socketMode;
            return this;
        }

        /** Group of unix sockets; default the process's own. */
        public Builder socketGroup(String socketGroup) {
            this.socketGroup = socketGroup;
            return this;
        }

        /** The clock of the time limits, for tests that turn it. */
        Builder nanoTime(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            return this;
        }

        /**
         * Binds all endpoints and serves.
         *
         * @throws IOException if an endpoint cannot be bound; then none is
         * @throws IllegalArgumentException if a setting is silly; the message names it
         */
        public PolicyServer start() throws IOException {
            PolicyServer server = new PolicyServer(
                    decider,
                    new PolicySettings(
                            endpoints,
                            deadline,
                            limits,
                            maxConnections,
                            idleTimeout,
                            requestTimeout,
                            grace,
                            loops,
                            PosixFilePermissions.fromString(socketMode),
                            socketGroup));
            server.start(nanoTime);
            return server;
        }
    }
}
