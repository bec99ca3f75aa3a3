// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One thing to do in a transaction, with the stage of whoever asked for it; the answer is given only when the
 * transaction is committed. For one thread at a time, but for {@link #fail}.
 */
class Work<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Place place;
    private final Task<T> task;
    private @Nullable T result;
    private @Nullable RuntimeException trouble;

    /** What is done; perhaps more than once, if what was done is rolled back. */
    interface Task<T> {
        T run(Session session) throws SQLException;
    }

    /**
     * Where in the tables, in the order in which rows are locked: the same on every node, so that transactions wait but never
     * for each other. No purpose is before every purpose, and stands for the entries.
     */
    record Place(String purpose, Hash128 hash) implements Comparable<Place> {
        static Place of(GreylistKey key) {
            return new Place("", key.tuple());
        }

        static Place of(CounterKey key) {
            return new Place(key.purpose(), key.hash());
        }

        @Override
        public int compareTo(Place other) {
            int order = purpose.compareTo(other.purpose);
            return order != 0 ? order : hash.compareTo(other.hash);
        }
    }

    Work(Place place, Task<T> task) {
        this.place = place;
        this.task = task;
    }

    /** Work on one entry. */
    static <T> Work<T> on(GreylistKey key, Task<T> task) {
        return new Work<>(Place.of(key), task);
    }

    /** Work on one counter. */
    static <T> Work<T> on(CounterKey key, Task<T> task) {
        return new Work<>(Place.of(key), task);
    }

    /** Work on many rows, for a transaction of its own. */
    static <T> Work<T> onMany(Task<T> task) {
        return new Work<>(new Place("", new Hash128(0, 0)), task);
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    Place place() {
        return place;
    }

    void run(Session session) throws SQLException {
        run(session, task);
    }

    /** Does this instead of its own task; what it came to before is forgotten. */
    final void run(Session session, Task<T> other) throws SQLException {
        result = null;
        trouble = null;
        try {
            result = other.run(session);
        } catch (RuntimeException e) {
            // A row that makes no sense, say; the others of the batch have nothing to do with it.
            trouble = e;
        }
    }

    /** What it came to so far; {@code null} if that is nothing. */
    final @Nullable T result() {
        return result;
    }

    /** What went wrong with this alone, {@code null} if nothing did. */
    @Nullable
    RuntimeException trouble() {
        return trouble;
    }

    void complete() {
        answer.complete(result);
    }

    void fail(Throwable reason) {
        answer.completeExceptionally(reason);
    }
}
