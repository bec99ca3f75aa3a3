// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scripted server over real sockets, read octet by octet. */
@Timeout(30)
class ScriptedDnsServerTest {
    private final ScriptedDnsServer server = ScriptedDnsServer.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void answersByName() throws IOException {
        server.name("2.0.0.127.BL.test.", DnsReply.addresses("127.0.0.2", "127.0.0.4"));

        byte[] reply = ask("2.0.0.127.bl.test");

        assertThat(rcode(reply)).isZero();
        assertThat(reply[7]).as("answers").isEqualTo((byte) 2);
        assertThat(Arrays.copyOfRange(reply, reply.length - 4, reply.length)).containsExactly(127, 0, 0, 4);
        assertThat(server.asked("2.0.0.127.bl.test")).isEqualTo(1);
        assertThat(server.questions()).isEqualTo(1);
    }

    @Test
    void theLongestZoneAboveAnswersForANameWithoutReply() throws IOException {
        server.zone("test", DnsReply.servfail()).zone("bl.test", DnsReply.nxdomain());

        assertThat(rcode(ask("x.bl.test"))).isEqualTo(3);
        assertThat(rcode(ask("bl.test"))).isEqualTo(3);
        assertThat(rcode(ask("x.test"))).isEqualTo(2);
        assertThat(rcode(ask("elsewhere"))).as("refused").isEqualTo(5);
    }

    @Test
    void aDelayedReplyComesBehindLaterOnes() throws IOException {
        server.name("slow.test", DnsReply.delayed(Duration.ofMillis(200), DnsReply.nxdomain()));
        server.name("fast.test", DnsReply.servfail());
        try (DatagramSocket socket = socket()) {
            send(socket, query("slow.test"));
            send(socket, query("fast.test"));
            assertThat(rcode(receive(socket))).isEqualTo(2);
            assertThat(rcode(receive(socket))).isEqualTo(3);
        }
    }

    @Test
    void truncatedByUdpIsWholeByTcp() throws IOException {
        server.name("cut.test", DnsReply.truncated(DnsReply.addresses("127.0.0.9")));

        byte[] cut = ask("cut.test");
        assertThat(cut[2] & 2).as("TC").isEqualTo(2);
        assertThat(cut[7]).isZero();
        byte[] whole = askByTcp("cut.test");
        assertThat(whole[2] & 2).isZero();
        assertThat(whole[7]).isEqualTo((byte) 1);
    }

    @Test
    void truncatedWithoutTcpHangsUp() throws IOException {
        server.name("cut.test", DnsReply.truncated());

        assertThat(ask("cut.test")[2] & 2).isEqualTo(2);
        assertThatThrownBy(() -> askByTcp("cut.test")).isInstanceOf(EOFException.class);
    }

    @Test
    void troublesLookAsTheyShould() throws IOException {
        server.name("id.test", DnsReply.wrongId());
        server.name("question.test", DnsReply.wrongQuestion());
        server.name("garbage.test", DnsReply.garbage());
        server.name("formerr.test", DnsReply.formerr());
        server.name("echo.test", DnsReply.raw(bytes -> bytes));

        assertThat(ask("id.test")[1]).isEqualTo((byte) (query("id.test")[1] ^ 1));
        assertThat(new String(ask("question.test"), StandardCharsets.ISO_8859_1))
                .contains("another");
        assertThat(ask("garbage.test")).containsOnly(0xff).hasSize(20);
        assertThat(rcode(ask("formerr.test"))).isEqualTo(1);
        assertThat(ask("echo.test")).isEqualTo(query("echo.test"));
    }

    @Test
    void hostileInputNeverKillsIt() throws IOException {
        server.zone("test", DnsReply.nxdomain());
        Random random = new Random(20260101);
        byte[] good = query("x.test");
        try (DatagramSocket socket = socket()) {
            for (int i = 0; i < 2000; i++) {
                byte[] bytes = random.nextBoolean() ? new byte[random.nextInt(64)] : good.clone();
                if (bytes.length == good.length) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                } else {
                    random.nextBytes(bytes);
                }
                send(socket, bytes);
            }
            for (int length = 0; length < good.length; length++) {
                send(socket, Arrays.copyOf(good, length));
            }
        }
        for (int length = 0; length < good.length; length++) {
            try (Socket tcp =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                tcp.getOutputStream().write(new byte[] {(byte) random.nextInt(), (byte) random.nextInt()});
                tcp.getOutputStream().write(good, 0, length);
            }
        }

        assertThat(rcode(askByTcp("x.test"))).isEqualTo(3);
        assertThat(rcode(askAgainAndAgain("x.test"))).isEqualTo(3);
    }

    @Test
    void aScriptThatThrowsStaysSilentAndHarmsNobodyElse() throws IOException {
        server.name("bad.test", DnsReply.raw(bytes -> {
            throw new IllegalStateException("no reply");
        }));
        server.name("good.test", DnsReply.nxdomain());
        try (DatagramSocket socket = socket()) {
            send(socket, query("bad.test"));
            send(socket, query("good.test"));
            assertThat(rcode(receive(socket))).isEqualTo(3);
        }
    }

    @Test
    void sillyRepliesAreRefused() {
        assertThatThrownBy(() -> DnsReply.addresses("::1")).hasMessageContaining("'::1' is no IPv4 address");
        assertThatThrownBy(() -> DnsReply.delayed(Duration.ofSeconds(-1), DnsReply.silent()))
                .hasMessageContaining("delay");
    }

    private byte[] ask(String name) throws IOException {
        try (DatagramSocket socket = socket()) {
            send(socket, query(name));
            return receive(socket);
        }
    }

    /** The flood may still fill the server's buffer, and then a datagram is lost. */
    private byte[] askAgainAndAgain(String name) throws IOException {
        try (DatagramSocket socket = socket()) {
            socket.setSoTimeout(500);
            for (int i = 0; i < 40; i++) {
                send(socket, query(name));
                try {
                    return receive(socket);
                } catch (SocketTimeoutException e) {
                    // lost: once more
                }
            }
            throw new AssertionError("no answer to 40 questions");
        }
    }

    private byte[] askByTcp(String name) throws IOException {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            byte[] query = query(name);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeShort(query.length);
            out.write(query, 0, 5); // in two pieces
            out.flush();
            out.write(query, 5, query.length - 5);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] reply = new byte[in.readUnsignedShort()];
            in.readFully(reply);
            return reply;
        }
    }

    private DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket();
        socket.setSoTimeout(10_000);
        return socket;
    }

    private void send(DatagramSocket socket, byte[] bytes) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, server.address()));
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** Id 0x1234, recursion desired, one question of type A. */
    private static byte[] query(String name) {
        byte[] octets = DnsMessage.name(name);
        byte[] bytes = new byte[12 + octets.length + 4];
        bytes[0] = 0x12;
        bytes[1] = 0x34;
        bytes[2] = 1;
        bytes[5] = 1;
        System.arraycopy(octets, 0, bytes, 12, octets.length);
        bytes[bytes.length - 3] = 1;
        bytes[bytes.length - 1] = 1;
        return bytes;
    }

    private static int rcode(byte[] reply) {
        return reply[3] & 15;
    }
}
