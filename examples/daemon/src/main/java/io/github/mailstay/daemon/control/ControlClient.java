// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.postfix.Endpoint;
import java.io.IOException;
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

/** Runs a command in the daemon that listens on a control socket. Stateless; bounded by the server, which hangs up. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Runs it and copies its output.
     *
     * @return its exit code, or empty if no daemon listens there
     * @throws IOException if the daemon hung up before the command had ended
     */
    public static OptionalInt run(Endpoint.Unix endpoint, List<String> words, PrintWriter out) throws IOException {
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
            return OptionalInt.of(
                    copy(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8), out));
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
