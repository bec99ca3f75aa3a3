// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import io.github.mailstay.policy.Deadline;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks resolvers by way of dnsjava: UDP from a random port, TCP where an answer is truncated, the next resolver where one
 * fails or is silent. Thread-safe. Nothing is cached here; a resolver does that.
 *
 * <p>The resolvers share the time until the deadline: with 2 s and two of them, a silent first one costs 0.3 s, and for
 * the next 30 s, unless it is heard of before, the second is asked first. A name server that fails (SERVFAIL, REFUSED,
 * nobody at its port, an answer that is none) costs nothing but the way. If all fail, the first failure is the answer.
 *
 * <p>Use resolvers of your own: lists refuse those who ask through big public ones, with an error code or a wrong "not
 * listed" (Spamhaus: 127.255.255.254). Names may hold a secret and dnsjava logs them at level DEBUG: leave its logger
 * {@code org.xbill.DNS} at INFO.
 *
 * <p>Concurrency: all work is done on one daemon thread, {@code mailstay-rbl-dns}, which also completes the answers; the
 * permits and the set of open inquiries are what other threads share with it.
 */
public final class DnsJavaLookup implements DnsLookup, ReasonLookup, AutoCloseable {
    private static final Reply CLOSED = new Reply.Failed("closed");

    private final Worker worker = new Worker("mailstay-rbl-dns");
    private final List<NameServer> servers;
    private final Semaphore permits;
    private final Set<Inquiry> open = ConcurrentHashMap.newKeySet();

    private DnsJavaLookup(Builder builder) {
        servers = builder.found().stream()
                .map(address -> new NameServer(address, worker))
                .toList();
        permits = new Semaphore(builder.maxInFlight);
    }

    /** A builder for the system's resolvers. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Asks for the A records of a name.
     *
     * @return completes by the deadline, never exceptionally. {@link DnsAnswer.Failed} says {@code timeout},
     *     {@code network} (nobody there), {@code servfail}, {@code refused}, {@code formerr} or another error of the name
     *     server, {@code bad-answer} (not to this question, or not readable), {@code truncated} (and nothing better by
     *     TCP), {@code referral} (the name server does not resolve for us), {@code bad-name}, {@code busy} (too many
     *     lookups at once) or {@code closed}
     */
    @Override
    public CompletionStage<DnsAnswer> lookup(String absoluteName, Deadline deadline) {
        return ask(absoluteName, Type.A, deadline).thenApply(Reply::toAnswer);
    }

    /**
     * Asks for the TXT records of a name. What is longer than 512 octets is asked for by TCP: a resolver has that, the
     * name server of a list itself (rbldnsd) may not.
     *
     * @return completes by the deadline, never exceptionally
     */
    @Override
    public CompletionStage<Optional<String>> reason(String absoluteName, Deadline deadline) {
        return ask(absoluteName, Type.TXT, deadline).thenApply(Reply::toReason);
    }

    private CompletionStage<Reply> ask(String absoluteName, int type, Deadline deadline) {
        Name name;
        try {
            name = Name.fromString(absoluteName, Name.root);
        } catch (TextParseException e) {
            return failed("bad-name");
        }
        if (!permits.tryAcquire()) {
            return failed("busy");
        }
        Inquiry inquiry =
                new Inquiry(Record.newRecord(name, type, DClass.IN), servers, worker, deadline, permits::release);
        open.add(inquiry);
        var unused = inquiry.answer().whenComplete((answer, failure) -> open.remove(inquiry));
        try {
            worker.execute(inquiry::start);
        } catch (RejectedExecutionException e) {
            inquiry.answer().complete(CLOSED);
        }
        return inquiry.answer();
    }

    /** Ends the thread. What is open is answered with {@code closed}. Idempotent. */
    @Override
    public void close() {
        // In this order: an inquiry is in the set before it is the worker's, so none is forgotten.
        worker.close();
        open.forEach(inquiry -> inquiry.answer().complete(CLOSED));
    }

    private static CompletionStage<Reply> failed(String why) {
        return CompletableFuture.completedStage(new Reply.Failed(why));
    }

    /** Collects the settings of a lookup. Not thread-safe. */
    public static final class Builder {
        /** The most resolvers one lookup is given. */
        public static final int MAX_RESOLVERS = 8;

        private static final int MAX_IN_FLIGHT = 100_000;
        private static final int DNS_PORT = 53;

        private List<InetSocketAddress> resolvers = List.of();
        private int maxInFlight = 2000;

        private Builder() {}

        /**
         * Sets the resolvers, best first. Unless set, or if empty: those of the system at the time of {@link #build}, as
         * dnsjava's {@code ResolverConfig} finds them (on Linux {@code /etc/resolv.conf}).
         *
         * @throws IllegalArgumentException if there are more than 8, or one is a host name that does not resolve
         */
        public Builder resolvers(List<InetSocketAddress> resolvers) {
            if (resolvers.size() > MAX_RESOLVERS) {
                throw new IllegalArgumentException("resolvers: more than " + MAX_RESOLVERS);
            }
            for (InetSocketAddress resolver : resolvers) {
                if (resolver.isUnresolved() || resolver.getPort() == 0) {
                    throw new IllegalArgumentException("resolvers: " + resolver + " is no address with a port");
                }
            }
            this.resolvers = List.copyOf(resolvers);
            return this;
        }

        /**
         * Sets how many lookups may be open at once, each of which holds a socket or a few; 2000 unless set. More are
         * answered with {@code busy}.
         *
         * @throws IllegalArgumentException if it is not within 1 and 100000
         */
        public Builder maxInFlight(int maxInFlight) {
            if (maxInFlight < 1 || maxInFlight > MAX_IN_FLIGHT) {
                throw new IllegalArgumentException(
                        "maxInFlight: " + maxInFlight + " is not within 1 and " + MAX_IN_FLIGHT);
            }
            this.maxInFlight = maxInFlight;
            return this;
        }

        /** The lookup; its thread starts with the first question. */
        public DnsJavaLookup build() {
            return new DnsJavaLookup(this);
        }

        private List<InetSocketAddress> found() {
            if (!resolvers.isEmpty()) {
                return resolvers;
            }
            List<InetSocketAddress> system = ResolverConfig.getCurrentConfig().servers().stream()
                    .filter(resolver -> !resolver.isUnresolved())
                    .limit(MAX_RESOLVERS)
                    .toList();
            // As resolv.conf(5) has it where none is named.
            return system.isEmpty()
                    ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), DNS_PORT))
                    : system;
        }
    }
}
