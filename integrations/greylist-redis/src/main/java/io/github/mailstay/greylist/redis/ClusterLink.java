// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.models.role.RedisInstance;
import io.lettuce.core.resource.ClientResources;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The way to a cluster: lettuce asks it every few seconds, and whenever it is told of a change, who holds which slots.
 * A primary that fell silent is left when the cluster has put another in its place. Thread-safe.
 */
final class ClusterLink extends Link {
    private final ClientResources resources;
    private final RedisClusterClient client;
    private final StatefulRedisClusterConnection<String, String> connection;

    private ClusterLink(
            ClientResources resources,
            RedisClusterClient client,
            StatefulRedisClusterConnection<String, String> connection) {
        this.resources = resources;
        this.client = client;
        this.connection = connection;
    }

    /** Connects to any of these nodes, and waits for it. */
    static ClusterLink open(String servers, List<RedisURI> seeds, ClusterClientOptions options, Waits waits) {
        ClientResources resources = Clients.resources();
        RedisClusterClient client = RedisClusterClient.create(resources, seeds);
        client.setOptions(options);
        try {
            StatefulRedisClusterConnection<String, String> connection = waits.get(
                    servers,
                    () -> client.refreshPartitionsAsync().thenCompose(done -> client.connectAsync(StringCodec.ASCII)));
            return new ClusterLink(resources, client, connection);
        } catch (RuntimeException e) {
            Clients.shutdown(client, resources, List.of());
            throw e;
        }
    }

    @Override
    RedisClusterAsyncCommands<String, String> commands() {
        return connection.async();
    }

    @Override
    boolean isOneServer() {
        return false;
    }

    @Override
    List<Node> nodes() {
        return connection.getPartitions().stream()
                .filter(node -> node.getRole() == RedisInstance.Role.UPSTREAM
                        && !node.getSlots().isEmpty())
                .sorted(Comparator.comparing(RedisClusterNode::getNodeId))
                .map(node ->
                        new Node(node.getNodeId() + " " + node.getSlots().hashCode(), () -> connect(node.getNodeId())))
                .toList();
    }

    private CompletionStage<RedisClusterAsyncCommands<String, String>> connect(String node) {
        return connection.getConnectionAsync(node).thenApply(it -> it.async());
    }

    @Override
    public void close() {
        Clients.shutdown(client, resources, List.of(connection));
    }
}
