// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A private Redis cluster of three primaries without replicas. Thread-safe. */
public final class RedisCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final WorkDirectory work = WorkDirectory.create("redis-cluster");
    private final List<RedisServer> nodes = new ArrayList<>();

    private RedisCluster() {
        try {
            List<String> create = new ArrayList<>(List.of("--cluster", "create"));
            for (int i = 0; i < NODES; i++) {
                RedisServer node = RedisServer.builder()
                        .setting("cluster-enabled", "yes")
                        .setting("cluster-port", Integer.toString(LoopbackPorts.freeTcp()))
                        .start();
                nodes.add(node);
                create.add("127.0.0.1:" + node.port());
            }
            create.add("--cluster-yes");
            RedisCli.run(work, nodes.get(0).port(), Optional.empty(), create.toArray(String[]::new));
            for (RedisServer node : nodes) {
                node.process()
                        .awaitReady(() -> node.command("CLUSTER", "INFO").contains("cluster_state:ok"), START_LIMIT);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts one; every node knows the others when this returns.
     *
     * @throws RealServerException if something is missing on this machine, or if it is not ready within 60 seconds
     */
    public static RedisCluster start() {
        RealComponent.named("redis").require();
        return new RedisCluster();
    }

    /** Its nodes; closed with the cluster. */
    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    /** The addresses of its nodes. */
    public List<String> uris() {
        return nodes.stream().map(RedisServer::uri).toList();
    }

    /** Ends its nodes and deletes their files. Idempotent. */
    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
        work.close();
    }

    /** {@code Redis cluster on [PORT, PORT, PORT]}. */
    @Override
    public String toString() {
        return "Redis cluster on " + nodes.stream().map(RedisServer::port).toList();
    }
}
