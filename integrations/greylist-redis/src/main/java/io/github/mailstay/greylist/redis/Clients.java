// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.AsyncCloseable;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How lettuce is set up: no call waits longer than it must, and nothing is sent twice. Stateless. */
final class Clients {
    private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
    private static final int THREADS = 2;
    private static final Duration TOPOLOGY_PERIOD = Duration.ofSeconds(5);
    private static final long SHUTDOWN_SECONDS = 2;

    private Clients() {}

    /** Threads, and how soon a broken connection is tried again: after 1 s at most, rather than lettuce's 30 s. */
    static ClientResources resources() {
        return ClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .reconnectDelay(
                        Delay.fullJitter(Duration.ofMillis(10), Duration.ofSeconds(1), 10, TimeUnit.MILLISECONDS))
                .build();
    }

    static ClientOptions options(Duration timeout, int queueLimit, @Nullable Path caFile) {
        ClientOptions.Builder options = ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                // What was in flight when the connection broke may have been done: to do it again could count it twice.
                .replayFilter(command -> true)
                .requestQueueSize(queueLimit + Scan.PIPELINE)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        .keepAlive(true)
                        .build())
                .maintNotificationsConfig(MaintNotificationsConfig.disabled());
        if (caFile != null) {
            options.sslOptions(
                    SslOptions.builder().trustManager(caFile.toFile()).build());
        }
        return options.build();
    }

    static ClusterClientOptions cluster(ClientOptions options) {
        return ClusterClientOptions.builder(options)
                // Connections to the nodes are made when they are first needed; what waits for one must not be
                // rejected.
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.ACCEPT_COMMANDS)
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_PERIOD)
                        .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                        .build())
                .build();
    }

    /**
     * Closes connections and ends the client's threads; waits for it, but not without end: whoever closes a store in a
     * stage's callback does so on one of these threads.
     */
    static void shutdown(
            AbstractRedisClient client,
            ClientResources resources,
            List<? extends StatefulConnection<?, ?>> connections) {
        CompletableFuture<?> ended = CompletableFuture.allOf(
                        connections.stream().map(AsyncCloseable::closeAsync).toArray(CompletableFuture<?>[]::new))
                .thenCompose(closed -> client.shutdownAsync(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS));
        try {
            ended.get(2 * SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the connections to Redis did not close in time: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var unused = resources.shutdown(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }
}
