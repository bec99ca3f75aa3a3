// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One question for A records by UDP to a name server on 127.0.0.1, made by hand (RFC 1035 section 4), so that a server
 * can be tried without the resolver under test. Stateless.
 */
final class DnsProbe {
    static final int NOERROR = 0;
    static final int NXDOMAIN = 3;

    private static final int HEADER = 12;
    private static final int TYPE_A = 1;
    private static final int CLASS_IN = 1;
    private static final int MAX_UDP = 4096;

    /**
     * What a name server answered.
     *
     * @param rcode the response code
     * @param addresses the A records as text, in the order in which they came
     */
    record Answer(int rcode, List<String> addresses) {}

    private DnsProbe() {}

    /** Asks an authoritative server once; empty if no answer to this question came within {@code timeout}. */
    static Optional<Answer> ask(int port, String name, Duration timeout) {
        int id = ThreadLocalRandom.current().nextInt(1 << 16);
        return send(port, id, query(id, name), timeout);
    }

    /** As {@link #ask}, of a resolver, which is to ask others if it must. */
    static Optional<Answer> askResolver(int port, String name, Duration timeout) {
        int id = ThreadLocalRandom.current().nextInt(1 << 16);
        byte[] query = query(id, name);
        query[2] |= 1; // recursion desired
        return send(port, id, query, timeout);
    }

    private static Optional<Answer> send(int port, int id, byte[] query, Duration timeout) {
        // Connected, so that a closed port is known at once.
        try (var socket = new DatagramSocket()) {
            socket.connect(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            socket.send(new DatagramPacket(query, query.length));
            var packet = new DatagramPacket(new byte[MAX_UDP], MAX_UDP);
            socket.receive(packet);
            return parse(id, ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static byte[] query(int id, String name) {
        var out = new ByteArrayOutputStream();
        byte[] header = new byte[HEADER];
        header[0] = (byte) (id >> 8);
        header[1] = (byte) id;
        header[5] = 1; // one question; no recursion desired, an authoritative server is asked
        out.writeBytes(header);
        for (String label : name.split("\\.", -1)) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            if (bytes.length < 1 || bytes.length > 63) {
                throw new IllegalArgumentException("'" + name + "' has a label of no or more than 63 bytes");
            }
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
        out.writeBytes(new byte[] {0, 0, TYPE_A, 0, CLASS_IN});
        return out.toByteArray();
    }

    /** Reads an answer; empty if it is none, or has another id. Any bytes are taken. */
    static Optional<Answer> parse(int id, ByteBuffer message) {
        try {
            int foundId = message.getShort() & 0xffff;
            int flags = message.getShort();
            int questions = message.getShort() & 0xffff;
            int answers = message.getShort() & 0xffff;
            message.getInt(); // the counts of the other sections
            if (foundId != id || (flags & 0x8000) == 0) {
                return Optional.empty();
            }
            for (int i = 0; i < questions; i++) {
                skipName(message);
                message.getInt();
            }
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < answers; i++) {
                skipName(message);
                int type = message.getShort();
                message.position(message.position() + 6); // class and time to live
                byte[] data = new byte[Math.min(message.getShort() & 0xffff, message.remaining() + 1)];
                message.get(data);
                if (type == TYPE_A && data.length == 4) {
                    addresses.add(InetAddress.getByAddress(data).getHostAddress());
                }
            }
            return Optional.of(new Answer(flags & 0xf, List.copyOf(addresses)));
        } catch (BufferUnderflowException | IllegalArgumentException | IOException e) {
            return Optional.empty(); // cut off
        }
    }

    private static void skipName(ByteBuffer message) {
        // A pointer (RFC 1035 section 4.1.4) ends a name; where it leads does not matter here.
        for (int length = message.get() & 0xff; length != 0; length = message.get() & 0xff) {
            if (length >= 0xc0) {
                message.get();
                return;
            }
            message.position(message.position() + length);
        }
    }
}
