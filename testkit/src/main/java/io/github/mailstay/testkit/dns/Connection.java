// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** One TCP connection of a {@link ServerLoop}: messages behind two octets of length (RFC 1035 section 4.2.2). */
final class Connection {
    private static final int MAX_QUERY = 4096;

    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocate(2 + MAX_QUERY);
    private boolean closed;

    Connection(SocketChannel channel) {
        this.channel = channel;
    }

    /** Reads what has come; false at the end of the connection, or if a query is longer than 4096 octets. */
    boolean fill() throws IOException {
        return input.hasRemaining() && channel.read(input) >= 0;
    }

    /** The next whole message. */
    Optional<byte[]> next() {
        input.flip();
        if (input.remaining() < 2 || input.remaining() < 2 + (input.getShort(0) & 0xffff)) {
            input.compact();
            return Optional.empty();
        }
        byte[] message = new byte[input.getShort() & 0xffff];
        input.get(message);
        input.compact();
        return Optional.of(message);
    }

    /** Sends a message; false if it does not go out whole at once, as no test's reply should be that long. */
    boolean send(byte[] message) {
        ByteBuffer output = ByteBuffer.allocate(2 + message.length);
        output.putShort((short) message.length).put(message).flip();
        try {
            channel.write(output);
            return !output.hasRemaining();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether this call closed it. */
    boolean close() {
        boolean first = !closed;
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
        return first;
    }
}
