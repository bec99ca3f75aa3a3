// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The way to Redis, to one server at a time or to a cluster. Thread-safe; nothing blocks but the close. */
abstract class Link implements AutoCloseable {
    /** The commands; those on a key go to the server that holds it. */
    abstract RedisClusterAsyncCommands<String, String> commands();

    /** Whether one server holds all keys, so that a script may change several of them. */
    abstract boolean isOneServer();

    /** The servers that hold keys of their own, sorted by {@link Node#id}. */
    abstract List<Node> nodes();

    /** Takes note that Redis answered, be it with an error. */
    void answered() {}

    /** Takes note that a command failed. */
    void failed(Throwable trouble) {}

    @Override
    public abstract void close();

    /** Sends a command to the server that holds its key. What fails at once fails the stage, never the caller. */
    final <T> CompletionStage<T> send(Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        return send(commands(), command);
    }

    /** Sends a command to this server. */
    final <T> CompletionStage<T> send(
            RedisClusterAsyncCommands<String, String> server,
            Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        CompletionStage<T> answer;
        try {
            answer = command.apply(server);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((value, trouble) -> {
            if (trouble == null) {
                answered();
            } else {
                failed(Troubles.root(trouble));
            }
        });
    }

    /**
     * A server that holds keys.
     *
     * @param id what tells it from the others; changes when it holds other slots
     * @param connect how it is reached
     */
    record Node(String id, Supplier<CompletionStage<RedisClusterAsyncCommands<String, String>>> connect) {}
}
