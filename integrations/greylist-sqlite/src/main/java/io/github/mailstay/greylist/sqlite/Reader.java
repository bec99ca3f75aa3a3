// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.greylist.store.StoreStats;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that reads, on a connection of its own: the log lets it see all that was committed without waiting for
 * the writer.
 *
 * <p>Concurrency: connection and statements are the thread's own. The statements of the point queries are prepared at the
 * first question and kept until one fails: sqlite-jdbc makes a statement that failed useless.
 */
final class Reader {
    private final String name;
    private final Connection connection;
    private final Corruption corruption;
    private final ThreadPoolExecutor thread;
    private @Nullable PreparedStatement entryByTuple;
    private @Nullable PreparedStatement counterById;

    private interface Query<T> {
        T ask() throws SQLException;
    }

    Reader(String name, Connection connection, Corruption corruption, int limit) {
        this.name = name;
        this.connection = connection;
        this.corruption = corruption;
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(limit), task -> {
            Thread made = new Thread(task, "mailstay-greylist-sqlite-read");
            made.setDaemon(true);
            return made;
        });
    }

    CompletableFuture<Optional<GreylistEntry>> find(GreylistKey key) {
        return ask(() -> {
            PreparedStatement query = entries();
            query.setBytes(1, key.tuple().toBytes());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(Rows.entry(row)) : Optional.empty();
            }
        });
    }

    CompletableFuture<Optional<Tally>> find(CounterKey key) {
        return ask(() -> {
            PreparedStatement query = counters();
            query.setBytes(1, WriterSql.id(key));
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(Rows.tally(row)) : Optional.empty();
            }
        });
    }

    private PreparedStatement entries() throws SQLException {
        if (entryByTuple == null) {
            entryByTuple = connection.prepareStatement("SELECT " + Rows.ENTRY + " FROM entry WHERE tuple = ?");
        }
        return entryByTuple;
    }

    private PreparedStatement counters() throws SQLException {
        if (counterById == null) {
            counterById = connection.prepareStatement("SELECT " + Rows.TALLY + " FROM entry WHERE tuple = ?");
        }
        return counterById;
    }

    CompletableFuture<Page> list(Optional<Hash128> after, int max) {
        return ask(() -> {
            try (PreparedStatement query = connection.prepareStatement("SELECT " + Rows.ENTRY
                    + ", client, tuple FROM entry WHERE tuple > ? AND passes >= 0 ORDER BY tuple LIMIT ?")) {
                query.setBytes(1, after.map(Hash128::toBytes).orElse(new byte[0]));
                query.setInt(2, max + 1);
                List<Page.Row> rows = new ArrayList<>();
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        GreylistKey key = new GreylistKey(Hash128.of(row.getBytes(6)), Hash128.of(row.getBytes(7)));
                        rows.add(new Page.Row(key, Rows.entry(row)));
                    }
                }
                if (rows.size() <= max) {
                    return new Page(rows, Optional.empty());
                }
                List<Page.Row> page = rows.subList(0, max);
                return new Page(
                        page, Optional.of(Cursor.after(page.get(max - 1).key().tuple())));
            }
        });
    }

    CompletableFuture<StoreStats> stats() {
        return ask(() -> {
            try (PreparedStatement query = connection.prepareStatement(
                            "SELECT total(passes >= 0), total(passes > 0), total(passes < 0) FROM entry");
                    ResultSet row = query.executeQuery()) {
                row.next();
                return new StoreStats(row.getLong(1), row.getLong(2), row.getLong(3));
            }
        });
    }

    private void dropStatements() {
        for (PreparedStatement statement : Arrays.asList(entryByTuple, counterById)) {
            try {
                if (statement != null) {
                    statement.close();
                }
            } catch (SQLException e) {
                // The connection's end closes it.
            }
        }
        entryByTuple = null;
        counterById = null;
    }

    private <T> CompletableFuture<T> ask(Query<T> query) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    answer.complete(query.ask());
                } catch (SQLException e) {
                    var unused = corruption.found(e);
                    dropStatements();
                    answer.completeExceptionally(new StoreException(Reason.FAILED, name + ": " + e.getMessage(), e));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(new StoreException(Reason.FAILED, name + " cannot be read", e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    thread.isShutdown()
                            ? new StoreException(Reason.CLOSED, name + " is closed")
                            : new StoreException(Reason.OVERLOADED, name + ": too much is waiting to be read"));
        }
        return answer;
    }

    /** Answers what is waiting, within this time, and closes the connection. Idempotent. */
    void close(Duration bound) {
        try {
            thread.execute(() -> {
                try {
                    connection.close();
                } catch (SQLException e) {
                    // It was only read from.
                }
            });
        } catch (RejectedExecutionException e) {
            // Closed already, or swamped: then the process's end closes it.
        }
        thread.shutdown();
        try {
            var unused = thread.awaitTermination(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
