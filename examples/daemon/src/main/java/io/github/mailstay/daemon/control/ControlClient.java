// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.postfix.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;

/** Runs a command in the daemon that listens on a control socket. Stateless; bounded by the server, which hangs up. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Runs it and copies its output.
     *
     * @param input what the command reads behind its words; an empty stream for most. It is sent on a thread of its own,
     *     since a command may end before it has read all
     * @return its exit code, or empty if no daemon listens there
     * @throws IOException if the daemon hung up before the command had ended
     */
    public static OptionalInt run(Endpoint.Unix endpoint, List<String> words, InputStream input, PrintWriter out)
            throws IOException {
        if (!Files.exists(endpoint.path())) {
            return OptionalInt.empty();
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try {
                channel.connect(endpoint.address());
            } catch (ConnectException nobody) {
                return OptionalInt.empty();
            }
            StringBuilder request = new StringBuilder();
            for (String word : words) {
                if (word.indexOf('\n') >= 0) {
                    throw new IOException("a word with a line break cannot be sent");
                }
                request.append(':').append(word).append('\n');
            }
            ByteBuffer bytes =
                    StandardCharsets.UTF_8.encode(request.append('\n').toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            AtomicReference<IOException> unread = new AtomicReference<>();
            Thread sender = new Thread(() -> send(input, channel, unread), "mailstay-control-input");
            sender.setDaemon(true);
            sender.start();
            int exit = copy(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8), out);
            if (unread.get() != null) {
                throw unread.get();
            }
            return OptionalInt.of(exit);
        }
    }

    private static void send(InputStream input, SocketChannel channel, AtomicReference<IOException> unread) {
        byte[] buffer = new byte[1 << 16];
        try {
            for (int got = read(input, buffer, unread); got > 0; got = read(input, buffer, unread)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, got);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.shutdownOutput();
        } catch (IOException ended) {
            // The command has ended, and does not read on.
        }
    }

    /** A file that fails in the middle must not look like one that ends there. */
    private static int read(InputStream input, byte[] buffer, AtomicReference<IOException> unread) {
        try {
            return input.read(buffer);
        } catch (IOException e) {
            unread.set(e);
            return -1;
        }
    }

    private static int copy(Reader in, PrintWriter out) throws IOException {
        for (int c = in.read(); c != 0; c = in.read()) {
            if (c < 0) {
                throw new IOException("the daemon hung up before the command had ended");
            }
            out.write(c);
        }
        StringBuilder exit = new StringBuilder();
        for (int c = in.read(); c >= 0 && exit.length() < 4; c = in.read()) {
            exit.append((char) c);
        }
        try {
            return Integer.parseInt(exit.toString());
        } catch (NumberFormatException e) {
            throw new IOException("the daemon gave no exit code", e);
        }
    }
}
