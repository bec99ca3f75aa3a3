// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one server: that of the address, or the primary that the sentinels name. Thread-safe.
 *
 * <p>A connection that breaks is made anew by lettuce, which asks the sentinels each time. One that falls silent is not:
 * a host that lost its power says no goodbye, and TCP would wait for it for minutes. So after {@value #SILENT} commands
 * in a row without an answer, and when a primary turns out to be a replica now, another connection is made beside it and
 * takes its place, unless it has answered meanwhile.
 *
 * <p>Concurrency: {@code renewing} lets one renewal at a time in; only that one writes {@code connection}. A renewal that
 * ends after {@code closed} was set closes what it made; the client's shutdown ends whatever slips through.
 */
final class SingleLink extends Link {
    private static final Logger LOG = LoggerFactory.getLogger(SingleLink.class);
    private static final int SILENT = 3;

    private final String servers;
    private final ClientResources resources;
    private final RedisClient client;
    private final RedisURI address;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile StatefulRedisConnection<String, String> connection;
    private volatile boolean closed;

    private SingleLink(
            String servers,
            ClientResources resources,
            RedisClient client,
            RedisURI address,
            StatefulRedisConnection<String, String> connection) {
        this.servers = servers;
        this.resources = resources;
        this.client = client;
        this.address = address;
        this.connection = connection;
    }

    /** Connects, and waits for it. */
    static SingleLink open(String servers, RedisURI address, ClientOptions options, Waits waits) {
        ClientResources resources = Clients.resources();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options);
        try {
            StatefulRedisConnection<String, String> connection =
                    waits.get(servers, () -> client.connectAsync(StringCodec.ASCII, address));
            return new SingleLink(servers, resources, client, address, connection);
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
        return true;
    }

    @Override
    List<Node> nodes() {
        return List.of(new Node("", () -> CompletableFuture.completedFuture(commands())));
    }

    @Override
    void answered() {
        unanswered.set(0);
    }

    @Override
    void failed(Throwable trouble) {
        if (trouble instanceof RedisReadOnlyException) {
            unanswered.set(SILENT);
            renew();
        } else if (trouble instanceof RedisCommandTimeoutException) {
            if (unanswered.incrementAndGet() >= SILENT) {
                renew();
            }
        } else if (trouble instanceof RedisCommandExecutionException) {
            answered();
        }
    }

    private void renew() {
        if (closed || !renewing.compareAndSet(false, true)) {
            return;
        }
        LOG.warn("{} is silent or no longer the primary, connecting anew", servers);
        var unused = connect().whenComplete((fresh, trouble) -> {
            if (trouble == null) {
                replaceBy(fresh);
            } else {
                LOG.warn(
                        "cannot connect anew: {}",
                        Troubles.failed(servers, trouble).getMessage());
            }
            renewing.set(false);
        });
    }

    private void replaceBy(StatefulRedisConnection<String, String> fresh) {
        StatefulRedisConnection<String, String> loser = fresh;
        if (!closed && unanswered.get() >= SILENT) {
            loser = connection;
            connection = fresh;
            unanswered.set(0);
        }
        var unused = loser.closeAsync();
    }

    private CompletionStage<StatefulRedisConnection<String, String>> connect() {
        try {
            return client.connectAsync(StringCodec.ASCII, address);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // the client was shut down meanwhile
        }
    }

    @Override
    public void close() {
        closed = true;
        Clients.shutdown(client, resources, List.of(connection));
    }
}
