// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.PolicyRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a mail server: requests in, one answer each, in their order.
 *
 * <p>Concurrency: everything here runs on the connection's loop. At most one request is with the decider ({@code busy});
 * when it is decided on another thread, the answer comes back as a task of the loop. Until it is written no further
 * request is looked at, so answers cannot overtake each other and one connection cannot fill the memory: unread bytes
 * are bounded by the request limit, then the socket is no longer read.
 */
final class PolicyConnection implements IoLoop.Ready {
    private static final Logger log = LoggerFactory.getLogger(PolicyServer.class);

    private final PolicyServer server;
    private final IoLoop loop;
    private final SocketChannel channel;
    private final PolicyRequestDecoder decoder;
    private final SelectionKey key;
    private @Nullable ByteBuffer unsent;
    private boolean busy;
    private boolean draining;
    private boolean inputOver;
    private long since;

    PolicyConnection(PolicyServer server, IoLoop loop, SocketChannel channel) throws IOException {
        this.server = server;
        this.loop = loop;
        this.channel = channel;
        this.decoder = new PolicyRequestDecoder(server.settings().limits());
        this.since = loop.nanoTime();
        this.key = channel.register(loop.selector(), SelectionKey.OP_READ, this);
    }

    @Override
    public void ready(SelectionKey ready) {
        guarded(() -> {
            if (ready.isWritable()) {
                flush();
            }
            if (ready.isValid() && ready.isReadable()) {
                read();
            }
            serve();
        });
    }

    /** {@link #drain} on the loop; from any thread. */
    void drainSoon() {
        loop.execute(this::drain);
    }

    /** Stops when nothing is in flight: at once if idle, else behind the answer. */
    void drain() {
        if (!key.isValid()) {
            return;
        }
        draining = true;
        // What the client has already sent is still answered.
        guarded(() -> {
            read();
            serve();
        });
    }

    @Override
    public void tick(long now) {
        long age = now - since;
        PolicySettings settings = server.settings();
        if (busy) {
            if (age
                    > settings.deadline().toNanos() * 2
                            + settings.requestTimeout().toNanos()) {
                log.warn("policy: closed connection from {}: no answer was found or none was taken", peer());
                close();
            }
        } else if (decoder.pending() > 0) {
            if (age > settings.requestTimeout().toNanos()) {
                log.warn("policy: closed connection from {}: a request was begun and not finished", peer());
                close();
            }
        } else if (age > settings.idleTimeout().toNanos()) {
            log.debug("policy: closed idle connection from {}", peer());
            close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (PolicyProtocolException e) {
            log.warn("policy: closed connection from {}: {}", peer(), e.getMessage());
            close();
        } catch (IOException e) {
            log.debug("policy: connection from {} broke", peer(), e);
            close();
        } catch (RuntimeException e) {
            log.error("policy: connection from {} failed", peer(), e);
            close();
        }
    }

    private void read() throws IOException {
        if (inputOver) {
            return;
        }
        ByteBuffer scratch = loop.scratch();
        int read = channel.read(scratch);
        if (read < 0) {
            // A client may close its half and still wait for the answer, as nc does.
            inputOver = true;
            key.interestOpsAnd(~SelectionKey.OP_READ);
        } else if (read > 0) {
            if (!busy) {
                since = loop.nanoTime();
            }
            decoder.feed(scratch.flip());
            if (busy && decoder.pending() > server.settings().limits().maxRequest()) {
                key.interestOpsAnd(~SelectionKey.OP_READ);
            }
        }
    }

    private void serve() throws IOException {
        while (!busy && key.isValid()) {
            PolicyRequest request = decoder.next();
            if (request == null) {
                if (inputOver || (draining && decoder.pending() == 0)) {
                    close();
                }
                return;
            }
            busy = true;
            since = loop.nanoTime();
            CompletableFuture<Decision> decision = server.decider()
                    .decide(request, Deadline.in(server.settings().deadline()))
                    .toCompletableFuture();
            if (decision.isDone()) {
                answer(request, decision);
            } else {
                var unused = decision.whenComplete((d, failure) -> loop.execute(() -> answerLater(request, decision)));
            }
        }
    }

    private void answerLater(PolicyRequest request, CompletableFuture<Decision> decision) {
        if (!key.isValid()) {
            return; // the client has left meanwhile
        }
        guarded(() -> {
            answer(request, decision);
            if (!busy && !inputOver && key.isValid()) {
                key.interestOpsOr(SelectionKey.OP_READ);
            }
            serve();
        });
    }

    private void answer(PolicyRequest request, CompletableFuture<Decision> decided) throws IOException {
        String action;
        try {
            action = server.headerOnce().action(request, decided.join());
        } catch (RuntimeException e) {
            // A chain never gets here. A decider of somebody else's does: no guess, Postfix has its default action.
            log.error("policy: closed connection from {}: no decision", peer(), e);
            close();
            return;
        }
        unsent = ByteBuffer.wrap(PolicyCodec.encodeReply(action));
        flush();
    }

    private void flush() throws IOException {
        if (unsent == null) {
            return;
        }
        channel.write(unsent);
        if (unsent.hasRemaining()) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
            return;
        }
        unsent = null;
        busy = false;
        if ((key.interestOps() & SelectionKey.OP_WRITE) != 0) {
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
    }

    void close() {
        try {
            key.cancel();
            channel.close();
        } catch (IOException e) {
            log.debug("policy: closing a connection failed", e);
        }
        server.closed(this);
    }

    private String peer() {
        try {
            String address = String.valueOf(channel.getRemoteAddress());
            return address.isEmpty() ? "a unix socket" : address;
        } catch (IOException e) {
            return "a closed peer";
        }
    }
}
