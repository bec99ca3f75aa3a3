// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.PolicyRequest;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;

/**
 * A client of a policy server: asks as Postfix does, one request at a time on one connection. Blocking, each call bounded
 * by its timeout. Not thread-safe.
 */
public final class PolicyClient implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Duration timeout;

    private PolicyClient(SocketChannel channel, Selector selector, Duration timeout) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.timeout = timeout;
        channel.configureBlocking(false);
        key = channel.register(selector, 0);
    }

    /**
     * Connects.
     *
     * @param timeout of the connecting, and of each question afterwards
     * @throws SocketTimeoutException if the server does not take the connection in time
     */
    public static PolicyClient connect(Endpoint endpoint, Duration timeout) throws IOException {
        SocketAddress address = endpoint.address();
        SocketChannel channel = endpoint instanceof Endpoint.Unix
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        Selector selector = Selector.open();
        try {
            PolicyClient client = new PolicyClient(channel, selector, timeout);
            if (!channel.connect(address)) {
                Deadline deadline = Deadline.in(timeout);
                do {
                    client.await(SelectionKey.OP_CONNECT, deadline);
                } while (!channel.finishConnect());
            }
            return client;
        } catch (IOException | RuntimeException e) {
            channel.close();
            selector.close();
            throw e;
        }
    }

    /**
     * Asks and waits for the answer. After an exception this client is of no more use.
     *
     * @throws SocketTimeoutException if the answer is not there in time
     * @throws PolicyProtocolException if it is none
     * @throws EOFException if the server hangs up instead: it did not understand, or is going down
     */
    public PolicyReply ask(PolicyRequest request) throws IOException {
        return ask(PolicyCodec.encode(request));
    }

    /** As {@link #ask(PolicyRequest)}, with bytes of your own. */
    PolicyReply ask(byte[] request) throws IOException {
        Deadline deadline = Deadline.in(timeout);
        ByteBuffer out = ByteBuffer.wrap(request);
        while (channel.write(out) >= 0 && out.hasRemaining()) {
            await(SelectionKey.OP_WRITE, deadline);
        }
        ByteBuffer in = ByteBuffer.allocate(512);
        while (true) {
            int read = channel.read(in);
            if (read < 0) {
                throw new EOFException("the policy server closed the connection without an answer");
            }
            if (read == 0) {
                await(SelectionKey.OP_READ, deadline);
                continue;
            }
            PolicyReply reply = PolicyCodec.decodeReply(in.array(), in.position());
            if (reply != null) {
                return reply;
            }
            if (!in.hasRemaining()) {
                in = ByteBuffer.wrap(Arrays.copyOf(in.array(), in.capacity() * 2))
                        .position(in.position());
            }
        }
    }

    private void await(int operation, Deadline deadline) throws IOException {
        key.interestOps(operation);
        long millis = deadline.left().toMillis();
        if (millis <= 0) {
            throw new SocketTimeoutException("the policy server gave no answer within " + timeout);
        }
        selector.select(ready -> {}, millis);
    }

    /** Closes the connection. Idempotent. */
    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
