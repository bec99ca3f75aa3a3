// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bound endpoint that takes new connections for its server. Its accepting runs on one loop; when the process is out of
 * file descriptors it rests until the next tick instead of spinning.
 */
final class PolicyListener implements IoLoop.Ready {
    private static final Logger log = LoggerFactory.getLogger(PolicyServer.class);
    private static final int BACKLOG = 512;
    /** Accepted at one go, before the connections of this loop have their turn again. */
    private static final int AT_ONCE = 64;

    private final Endpoint endpoint;
    private final PolicyServer server;
    private final ServerSocketChannel channel;
    private final @Nullable UnixSocketFile file;
    private final SelectionKey key;

    private PolicyListener(
            Endpoint endpoint,
            PolicyServer server,
            IoLoop loop,
            ServerSocketChannel channel,
            @Nullable UnixSocketFile file)
            throws IOException {
        this.endpoint = endpoint;
        this.server = server;
        this.channel = channel;
        this.file = file;
        channel.configureBlocking(false);
        this.key = channel.register(loop.selector(), SelectionKey.OP_ACCEPT, this);
    }

    static PolicyListener bind(Endpoint endpoint, PolicyServer server, IoLoop loop) throws IOException {
        if (endpoint instanceof Endpoint.Unix unix) {
            PolicySettings settings = server.settings();
            UnixSocketFile file =
                    UnixSocketFile.bind(unix.path(), settings.socketMode(), settings.socketGroup(), BACKLOG);
            return new PolicyListener(endpoint, server, loop, file.channel(), file);
        }
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(endpoint.address(), BACKLOG);
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            Endpoint real = new Endpoint.Inet(((Endpoint.Inet) endpoint).host(), port);
            return new PolicyListener(real, server, loop, channel, null);
        } catch (BindException e) {
            channel.close();
            BindException named = new BindException(endpoint + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** With the real port. */
    Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void ready(SelectionKey ready) {
        try {
            for (int i = 0; i < AT_ONCE; i++) {
                SocketChannel client = channel.accept();
                if (client == null) {
                    return;
                }
                client.configureBlocking(false);
                if (endpoint instanceof Endpoint.Inet) {
                    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                server.admit(client);
            }
        } catch (IOException e) {
            if (channel.isOpen()) {
                log.warn("policy: {} cannot take a connection: {}", endpoint, e.getMessage());
                key.interestOps(0);
            }
        }
    }

    @Override
    public void tick(long nanoTime) {
        if (key.interestOps() == 0) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    void close() {
        try {
            if (file != null) {
                file.close();
            } else {
                channel.close();
            }
        } catch (IOException e) {
            log.warn("policy: closing {} failed", endpoint, e);
        }
    }
}
