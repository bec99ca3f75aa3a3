// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.daemon.control.Commands;
import io.github.mailstay.daemon.control.ControlServer;
import io.github.mailstay.daemon.control.GreylistLoader;
import io.github.mailstay.daemon.control.RblCommands;
import io.github.mailstay.daemon.log.DecisionLog;
import io.github.mailstay.greylist.Greylist;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Housekeeping;
import io.github.mailstay.policy.Decider;
import io.github.mailstay.policy.DecisionListener;
import io.github.mailstay.policy.PolicyChain;
import io.github.mailstay.policy.QueuedDecisionListener;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.PolicyServer;
import io.github.mailstay.rbl.RblCheck;
import io.github.mailstay.rbl.RblMonitor;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: Mailstay's parts put together as {@link Settings} say. Thread-safe.
 *
 * <p>The policy sockets are bound first, so that a restart leaves them unbound for as short a time as can be: who
 * connects waits for the store. Everything that was opened is closed in reverse order: but first the listeners, which
 * answer what is in flight, then what the answers need, last the lock of the data-dir.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);
    /** A waiting decision holds its request, some 1.5 KB: 12 MB when the log stands still. 65,536 of them filled the heap. */
    private static final int LOG_QUEUE = 8192;

    private interface Closing {
        void close() throws Exception;
    }

    private final Deque<Closing> opened = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<String> listening = new ArrayList<>();
    private List<Endpoint> policyEndpoints = List.of();

    private Daemon() {}

    /**
     * Opens everything; if something cannot be opened, nothing stays open.
     *
     * @param listeners hear of every decision, beside the log
     * @throws StartException with the exit code
     */
    public static Daemon start(Settings settings, Map<String, String> environment, List<DecisionListener> listeners)
            throws StartException {
        Daemon daemon = new Daemon();
        try {
            daemon.open(settings, environment, listeners);
            return daemon;
        } catch (StartException e) {
            daemon.close();
            throw e;
        } catch (IOException e) {
            daemon.close();
            throw new StartException(ExitCode.UNAVAILABLE, "cannot listen: " + e.getMessage());
        }
    }

    /** {@code policy=inet:127.0.0.1:10023 control=unix:/...}: where it listens, with the real ports. */
    public String listening() {
        return String.join(" ", listening);
    }

    /** Where Postfix asks. */
    public List<Endpoint> policyEndpoints() {
        return policyEndpoints;
    }

    private void open(Settings settings, Map<String, String> environment, List<DecisionListener> listeners)
            throws StartException, IOException {
        DataDir dataDir = closing(DataDir.open(settings.dataDir()), DataDir::close);
        AwaitedDecider decider = new AwaitedDecider();
        Optional<PolicyServer> server = listen(settings.policy(), decider);
        GreylistKeys keys = StoreFactory.keys(settings.greylist());
        GreylistStore store = closing(
                        StoreFactory.open(settings.greylist(), keys, dataDir, environment), OpenedStore::close)
                .store();
        ScheduledExecutorService scheduler = closing(
                Executors.newSingleThreadScheduledExecutor(task -> daemonThread(task, "mailstay-housekeeping")),
                ScheduledExecutorService::shutdownNow);
        closing(Housekeeping.builder(store, InstantSource.system(), scheduler).start(), Housekeeping::close);
        DnsJavaLookup lookup = closing(
                DnsJavaLookup.builder().resolvers(settings.rbl().resolver()).build(), DnsJavaLookup::close);
        RblCheck rbl = RblFactory.check(settings, lookup);
        closing(RblMonitor.start(rbl, scheduler, settings.rbl().testInterval(), new Random()), RblMonitor::close);
        DecisionCounters counters = new DecisionCounters();
        QueuedDecisionListener decisionLog =
                closing(new QueuedDecisionListener("log", LOG_QUEUE, new DecisionLog()), QueuedDecisionListener::close);
        closing(decisionLog, Daemon::tellDropped);

        List<DecisionListener> all = new ArrayList<>(listeners);
        all.add(counters);
        all.add(decisionLog);
        Greylist greylist = GreylistFactory.greylist(settings.greylist(), store, keys);
        decider.is(chain(settings, rbl, greylist, all));
        server.ifPresent(bound -> closing(bound, PolicyServer::close));
        if (settings.control().isPresent()) {
            GreylistLoader loader = new GreylistLoader(store, keys, settings.greylist());
            Commands commands = new Commands(
                    store,
                    greylist.management(),
                    loader,
                    new RblCommands(rbl, lookup),
                    counters::snapshot,
                    decisionLog::dropped);
            ControlServer control =
                    closing(ControlServer.start(settings.control().get(), commands), ControlServer::close);
            listening.add("control=" + control.endpoint());
        }
        warn(settings);
    }

    /** Binds the policy sockets; closed again, whoever waits at them told nothing, if the rest cannot be opened. */
    private Optional<PolicyServer> listen(Settings.Policy settings, AwaitedDecider decider) throws IOException {
        if (settings.listen().isEmpty()) {
            return Optional.empty();
        }
        PolicyServer server = closing(server(settings, decider), PolicyServer::close);
        closing(decider, AwaitedDecider::giveUp);
        policyEndpoints = server.endpoints();
        policyEndpoints.forEach(endpoint -> listening.add("policy=" + endpoint));
        return Optional.of(server);
    }

    private static PolicyChain chain(
            Settings settings, RblCheck rbl, Greylist greylist, List<DecisionListener> listeners) {
        PolicyChain.Builder chain = PolicyChain.builder();
        if (!settings.rbl().lists().isEmpty()) {
            chain.check("rbl", rbl, settings.policy().onError());
        }
        if (settings.greylist().mode() != Settings.Mode.OFF) {
            chain.check("greylist", greylist, settings.greylist().onFailure());
        }
        listeners.forEach(chain::listener);
        return chain.build();
    }

    private static PolicyServer server(Settings.Policy settings, Decider decider) throws IOException {
        PolicyServer.Builder server = PolicyServer.builder(decider)
                .deadline(settings.deadline())
                .limits(settings.limits())
                .maxConnections(settings.maxConnections())
                .idleTimeout(settings.idleTimeout())
                .socketMode(settings.socketMode())
                .grace(settings.deadline().plus(Duration.ofSeconds(1)));
        settings.socketGroup().ifPresent(server::socketGroup);
        settings.listen().forEach(server::listen);
        return server.start();
    }

    private static void warn(Settings settings) {
        RblFactory.warn(settings.rbl());
        if (settings.greylist().mode() == Settings.Mode.SUSPICIOUS
                && settings.rbl().lists().isEmpty()) {
            log.warn("greylist.mode is suspicious and rbl.lists is empty: nothing will be greylisted");
        }
        if (settings.greylist().mode() == Settings.Mode.OFF
                && !settings.rbl().lists().isEmpty()) {
            log.warn("greylist.mode is off: what rbl.lists find is logged and nothing else");
        }
        if (settings.greylist().store().kind() == Settings.Kind.MEMORY) {
            log.warn("greylist.store is memory: a restart forgets who has waited");
        }
        if (settings.control().isEmpty()) {
            log.warn("control.listen is off, or data-dir too long for a socket: no command reaches this daemon");
        }
    }

    private static void tellDropped(QueuedDecisionListener decisionLog) {
        if (decisionLog.dropped() > 0) {
            log.warn("{} decisions were not logged: the log was too slow", decisionLog.dropped());
        }
    }

    private static Thread daemonThread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private interface Closer<T> {
        void close(T what) throws Exception;
    }

    private <T> T closing(T what, Closer<T> closer) {
        opened.push(() -> closer.close(what));
        return what;
    }

    /** Stops accepting, answers what is in flight, closes the store. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        for (Closing each : opened) {
            try {
                each.close();
            } catch (Exception e) {
                log.warn("closing failed", e);
            }
        }
    }
}
