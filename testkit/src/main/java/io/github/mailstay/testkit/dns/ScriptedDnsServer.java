// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server on a free loopback port, UDP and TCP alike, that answers by script. Thread-safe: the script may change
 * while it runs.
 *
 * <p>A name that has no reply of its own gets that of the longest zone above it; a name outside all zones is refused,
 * as rbldnsd does. What is no query gets no answer. Bounds: 64 TCP connections, 10000 delayed replies, 10000 counted
 * names; what comes on top is dropped.
 *
 * <p>Concurrency: one daemon thread (see {@link ServerLoop}) owns the sockets; script and counters are concurrent maps
 * that it reads and callers write.
 */
public final class ScriptedDnsServer implements AutoCloseable {
    private static final int MAX_NAMES = 10_000;
    private static final int PORT_TRIES = 20;

    private final Map<String, DnsReply> names = new ConcurrentHashMap<>();
    private final Map<String, DnsReply> zones = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final InetSocketAddress address;
    private final ServerLoop loop;

    private ScriptedDnsServer(DatagramChannel udp, ServerSocketChannel tcp) throws IOException {
        address = (InetSocketAddress) udp.getLocalAddress();
        loop = new ServerLoop(udp, tcp, this::reply);
    }

    /**
     * Starts a server without a script.
     *
     * @throws UncheckedIOException if there is no port that is free for UDP and TCP
     */
    public static ScriptedDnsServer start() {
        IOException last = new IOException("no try");
        for (int i = 0; i < PORT_TRIES; i++) {
            try {
                return open();
            } catch (IOException e) {
                last = e; // somebody has this port by TCP: try another
            }
        }
        throw new UncheckedIOException("no port is free for UDP and TCP", last);
    }

    private static ScriptedDnsServer open() throws IOException {
        DatagramChannel udp = DatagramChannel.open();
        ServerSocketChannel tcp = ServerSocketChannel.open();
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            udp.bind(new InetSocketAddress(loopback, 0));
            tcp.bind(udp.getLocalAddress());
            ScriptedDnsServer server = new ScriptedDnsServer(udp, tcp);
            server.loop.start();
            return server;
        } catch (IOException e) {
            udp.close();
            tcp.close();
            throw e;
        }
    }

    /** Where it listens, by UDP and TCP. */
    public InetSocketAddress address() {
        return address;
    }

    /** Sets the reply to one name, in place of an earlier one; case and a dot at the end do not matter. */
    public ScriptedDnsServer name(String name, DnsReply reply) {
        names.put(plain(name), reply);
        return this;
    }

    /** Sets the reply to all names of a zone, itself included, that have none of their own. */
    public ScriptedDnsServer zone(String zone, DnsReply reply) {
        zones.put(plain(zone), reply);
        return this;
    }

    /** How often this name was asked for, of whatever type, by UDP and TCP together. */
    public int asked(String name) {
        AtomicInteger count = asked.get(plain(name));
        return count == null ? 0 : count.get();
    }

    /** How many questions came. */
    public int questions() {
        return questions.get();
    }

    /** Stops listening and ends the thread, waiting 5 s at most. Idempotent. */
    @Override
    public void close() {
        loop.close(Duration.ofSeconds(5));
    }

    private DnsReply reply(DnsQuery query) {
        questions.incrementAndGet();
        if (asked.size() < MAX_NAMES || asked.containsKey(query.name())) {
            asked.computeIfAbsent(query.name(), name -> new AtomicInteger()).incrementAndGet();
        }
        DnsReply own = names.get(query.name());
        if (own != null) {
            return own;
        }
        for (String zone = query.name(); !zone.isEmpty(); zone = above(zone)) {
            DnsReply reply = zones.get(zone);
            if (reply != null) {
                return reply;
            }
        }
        return DnsReply.refused();
    }

    private static String above(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
