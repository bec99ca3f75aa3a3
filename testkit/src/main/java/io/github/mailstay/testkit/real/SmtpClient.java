// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.policy.Deadline;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A small SMTP client that says what a test tells it to, one command at a time, to a server on 127.0.0.1. For one thread
 * at a time.
 *
 * <p>Each method waits for the reply, for the timeout at most (default {@link #TIMEOUT}), and returns it whatever it
 * says. An {@link IOException} tells that there was none: {@link SocketTimeoutException} if it was late,
 * {@link EOFException} if the server hung up. A reply of more than 100 lines, or with a line of more than 2048 bytes,
 * is an error too.
 *
 * <p>Source: RFC 5321; Postfix XCLIENT_README.
 */
public final class SmtpClient implements AutoCloseable {
    /** How long each reply may take unless told otherwise: 30 seconds. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final String HELLO = "client.example.org";

    private final Socket socket;
    private final InputStream in;
    private final Duration timeout;
    private final SmtpReply greeting;

    private SmtpClient(Socket socket, Duration timeout) throws IOException {
        this.socket = socket;
        this.timeout = timeout;
        in = new BufferedInputStream(socket.getInputStream());
        greeting = reply();
    }

    /** Connects and reads the greeting. */
    public static SmtpClient connect(int port) throws IOException {
        return connect(port, TIMEOUT);
    }

    /** As {@link #connect(int)}, with a timeout for the connection and for each reply. */
    public static SmtpClient connect(int port, Duration timeout) throws IOException {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be positive, not " + timeout);
        }
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Math.toIntExact(timeout.toMillis()));
            return new SmtpClient(socket, timeout);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a whole message as if it came from another client: EHLO, XCLIENT, EHLO, MAIL FROM, RCPT TO for each
     * recipient, DATA unless nobody would have it, QUIT.
     *
     * @param clientAddress the client's IP address, which the server must believe us (XCLIENT)
     * @param sender without angle brackets; {@code ""} is the null sender
     * @throws IOException also if EHLO or XCLIENT is refused
     */
    public static SmtpResult send(int port, String clientAddress, String sender, List<String> recipients, String body)
            throws IOException {
        try (SmtpClient client = connect(port)) {
            client.accepted(client.ehlo(HELLO));
            client.accepted(client.xclient(clientAddress));
            client.accepted(client.ehlo(HELLO));
            SmtpReply last = client.mailFrom(sender);
            List<SmtpReply> replies = new ArrayList<>();
            if (last.isPositive()) {
                for (String recipient : recipients) {
                    last = client.rcptTo(recipient);
                    replies.add(last);
                }
                if (replies.stream().anyMatch(SmtpReply::isPositive)) {
                    last = client.data(Map.of("From", "<" + sender + ">", "Subject", "test"), body);
                }
            }
            client.quit();
            return new SmtpResult(replies, last);
        }
    }

    /** The server's greeting, or its refusal to talk to us. */
    public SmtpReply greeting() {
        return greeting;
    }

    /** {@code EHLO name}. */
    public SmtpReply ehlo(String name) throws IOException {
        return command("EHLO " + name);
    }

    /** As {@link #xclient(String, String)}, leaving the name as the server found it. */
    public SmtpReply xclient(String address) throws IOException {
        return command("XCLIENT ADDR=" + xclientAddress(address));
    }

    /**
     * Claims to be another client; the server then starts the conversation anew, so that EHLO must follow.
     *
     * @param address an IPv4 or IPv6 address
     * @param name the client's verified name; {@code [UNAVAILABLE]} if its address has none, {@code [TEMPUNAVAIL]} if
     *     asking for it failed
     */
    public SmtpReply xclient(String address, String name) throws IOException {
        return command("XCLIENT ADDR=" + xclientAddress(address) + " NAME=" + xtext(name));
    }

    /** {@code MAIL FROM:<sender>}; {@code ""} is the null sender. */
    public SmtpReply mailFrom(String sender) throws IOException {
        return command("MAIL FROM:<" + sender + ">");
    }

    /** {@code RCPT TO:<recipient>}. */
    public SmtpReply rcptTo(String recipient) throws IOException {
        return command("RCPT TO:<" + recipient + ">");
    }

    /**
     * {@code DATA} and, if the server asks for it, the message: its reply to whichever came last.
     *
     * @param headers names and values; give a map that keeps its order if that matters
     * @param body lines ended by LF or CRLF; dots at their beginning are doubled on the way
     */
    public SmtpReply data(Map<String, String> headers, String body) throws IOException {
        SmtpReply go = command("DATA");
        if (go.code() != 354) {
            return go;
        }
        StringBuilder message = new StringBuilder();
        headers.forEach((name, value) -> message.append(line(name + ": " + value)));
        message.append("\r\n");
        body.lines()
                .forEach(text -> message.append(text.startsWith(".") ? "." : "").append(line(text)));
        message.append(".\r\n");
        write(message.toString());
        return reply();
    }

    /** {@code QUIT}. */
    public SmtpReply quit() throws IOException {
        return command("QUIT");
    }

    /** Sends any line, without its end, and waits for the reply. */
    public SmtpReply command(String line) throws IOException {
        write(line(line));
        return reply();
    }

    /** Hangs up, with or without a QUIT before. Idempotent. */
    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void accepted(SmtpReply reply) throws IOException {
        if (!reply.isPositive()) {
            throw new IOException("refused: " + reply);
        }
    }

    private void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private SmtpReply reply() throws IOException {
        Deadline deadline = Deadline.in(timeout);
        return SmtpReplyReader.read(() -> {
            // Anew for each byte: a server that sends one a second must not hold us longer than one that sends none.
            long left = deadline.left().toMillis();
            if (left <= 0) {
                throw new SocketTimeoutException("no reply within " + timeout);
            }
            socket.setSoTimeout(Math.toIntExact(left));
            return in.read();
        });
    }

    private static String line(String text) {
        if (text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a command, a header or a line of the body holds CR or LF");
        }
        return text + "\r\n";
    }

    private static String xclientAddress(String address) {
        InetAddress parsed = IpAddresses.parse(address)
                .orElseThrow(() -> new IllegalArgumentException("'" + address + "' is no IP address"));
        return (parsed instanceof Inet6Address ? "IPV6:" : "") + IpAddresses.text(parsed);
    }

    /** The xtext of RFC 3461 section 4, in which XCLIENT takes its values. */
    private static String xtext(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 127 && b != '+' && b != '=') {
                encoded.append((char) b);
            } else {
                encoded.append(String.format("+%02X", b & 0xff));
            }
        }
        return encoded.toString();
    }
}
