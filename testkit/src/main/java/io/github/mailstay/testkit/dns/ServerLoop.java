// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;

/**
 * The thread of a {@link ScriptedDnsServer}: reads questions, sends replies, at once or later.
 *
 * <p>Concurrency: the thread alone touches channels, connections and the queue of delayed replies; {@link #close} only
 * sets a flag, wakes the selector and waits for the thread's end, which closes the channels.
 */
final class ServerLoop {
    private static final int MAX_CONNECTIONS = 64;
    private static final int DATAGRAMS_AT_ONCE = 64;
    private static final int MAX_DELAYED = 10_000;
    private static final int MAX_MESSAGE = 65_535;

    /** A reply whose time has not come. */
    private record Delayed(long at, Runnable send) {}

    private final DatagramChannel udp;
    private final ServerSocketChannel tcp;
    private final Function<DnsQuery, DnsReply> script;
    private final Selector selector;
    private final Thread thread = new Thread(this::run, "mailstay-testkit-dns");
    private final ByteBuffer datagram = ByteBuffer.allocate(MAX_MESSAGE);
    private final PriorityQueue<Delayed> delayed = new PriorityQueue<>((a, b) -> Long.signum(a.at - b.at));
    private int connections;
    private volatile boolean closing;

    ServerLoop(DatagramChannel udp, ServerSocketChannel tcp, Function<DnsQuery, DnsReply> script) throws IOException {
        this.udp = udp;
        this.tcp = tcp;
        this.script = script;
        udp.configureBlocking(false);
        tcp.configureBlocking(false);
        selector = Selector.open();
        udp.register(selector, SelectionKey.OP_READ);
        tcp.register(selector, SelectionKey.OP_ACCEPT);
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    void close(Duration atMost) {
        closing = true;
        selector.wakeup();
        try {
            thread.join(atMost.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closing) {
                selector.select(millisToNext());
                sendDue();
                Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
                while (ready.hasNext()) {
                    SelectionKey key = ready.next();
                    ready.remove();
                    serve(key);
                }
            }
        } catch (IOException e) {
            // The selector itself is broken: a server that is gone is what the test will see.
        } finally {
            for (SelectionKey key : selector.keys()) {
                closeQuietly(key.channel());
            }
            closeQuietly(selector);
        }
    }

    /** One channel; its trouble, the network's or the script's, is not that of the others. */
    private void serve(SelectionKey key) {
        try {
            if (!key.isValid()) {
                return;
            }
            if (key.isAcceptable()) {
                accept();
            } else if (key.attachment() instanceof Connection connection) {
                read(connection);
            } else {
                // Several, lest a flood is lost for want of room; not without end, for the others' sake.
                for (int i = 0; i < DATAGRAMS_AT_ONCE && readDatagram(); i++) {}
            }
        } catch (IOException | RuntimeException e) {
            if (key.attachment() instanceof Connection connection) {
                end(connection);
            }
        }
    }

    /** False if there was none. */
    private boolean readDatagram() throws IOException {
        datagram.clear();
        SocketAddress peer = udp.receive(datagram);
        if (peer == null) {
            return false;
        }
        datagram.flip();
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        Optional<DnsQuery> query = DnsQuery.parse(bytes);
        if (query.isPresent()) {
            DnsReply reply = script.apply(query.get());
            later(reply.delay(), () -> reply.overUdp(query.get()).ifPresent(answer -> send(answer, peer)));
        }
        return true;
    }

    private void send(byte[] answer, SocketAddress peer) {
        try {
            udp.send(ByteBuffer.wrap(answer), peer);
        } catch (IOException e) {
            // A datagram may get lost.
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = tcp.accept();
        if (channel == null) {
            return;
        }
        if (connections >= MAX_CONNECTIONS) {
            channel.close();
            return;
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
        connections++;
    }

    private void read(Connection connection) throws IOException {
        if (!connection.fill()) {
            end(connection);
            return;
        }
        for (Optional<byte[]> message = connection.next(); message.isPresent(); message = connection.next()) {
            Optional<DnsQuery> query = DnsQuery.parse(message.get());
            if (query.isEmpty()) {
                end(connection);
                return;
            }
            DnsReply reply = script.apply(query.get());
            later(reply.delay(), () -> answer(connection, reply, query.get()));
        }
    }

    private void answer(Connection connection, DnsReply reply, DnsQuery query) {
        Optional<byte[]> answer = reply.overTcp(query);
        boolean goesOn = answer.isPresent() ? connection.send(answer.get()) : !reply.hangUp();
        if (!goesOn) {
            end(connection);
        }
    }

    private void end(Connection connection) {
        if (connection.close()) {
            connections--;
        }
    }

    private void later(Duration delay, Runnable send) {
        if (delay.isZero()) {
            send.run();
        } else if (delayed.size() < MAX_DELAYED) {
            delayed.add(new Delayed(System.nanoTime() + delay.toNanos(), send));
        }
    }

    private void sendDue() {
        for (Delayed next = delayed.peek(); next != null && next.at - System.nanoTime() <= 0; next = delayed.peek()) {
            delayed.remove();
            try {
                next.send.run();
            } catch (RuntimeException e) {
                // A script that cannot answer stays silent.
            }
        }
    }

    /** 0, for the selector, is "until something comes". */
    private long millisToNext() {
        Delayed next = delayed.peek();
        return next == null ? 0 : Math.max(1, (next.at - System.nanoTime() + 999_999) / 1_000_000);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // Nothing is left to do with it.
        }
    }
}
