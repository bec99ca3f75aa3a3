// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.demo;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/**
 * A block list for the demonstration, served from inside the process on a loopback UDP port: lists all of 192.0.2.0/24
 * (TEST-NET-1, RFC 5737) in the zone {@value #LISTED}, never answers in the zone {@value #SILENT} for 198.51.100.0/24,
 * and knows nobody else. One daemon thread; ends when closed.
 */
final class DemoBlockList implements AutoCloseable {
    static final String LISTED = "bl.demo.test";
    static final String SILENT = "silent.demo.test";

    private static final int MAX_QUERY = 512;

    private final DatagramSocket socket;

    DemoBlockList() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::serve, "mailstay-demo-dns");
        thread.setDaemon(true);
        thread.start();
    }

    /** {@code HOST:PORT}. */
    String address() {
        return socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
    }

    private void serve() {
        byte[] buffer = new byte[MAX_QUERY];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                answer(packet);
            } catch (IOException closedOrNoQuery) {
                // Nothing to say: who asked in earnest asks again.
            }
        }
    }

    private void answer(DatagramPacket packet) throws IOException {
        Message query = new Message(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
        Name name = query.getQuestion().getName();
        String text = name.toString(true);
        if (text.endsWith("100.51.198." + SILENT)) {
            return;
        }
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.AA);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        // RFC 5782 section 5: everybody lists 127.0.0.2.
        if (text.endsWith("2.0.192." + LISTED) || text.startsWith("2.0.0.127.")) {
            InetAddress code = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
            reply.addRecord(new ARecord(name, DClass.IN, 60, code), Section.ANSWER);
        } else {
            reply.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        byte[] bytes = reply.toWire();
        socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
    }

    @Override
    public void close() {
        socket.close();
    }
}
