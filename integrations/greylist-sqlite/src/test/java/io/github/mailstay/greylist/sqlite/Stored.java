// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.sqlite.SQLiteConfig;

/** What tests put into stores and find there again. */
final class Stored {
    static final String FINGERPRINT = "0123456789abcdef";
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    static final Duration DELAY = Duration.ofMinutes(5);

    private Stored() {}

    static SqliteGreylistStore open(Path file) {
        return SqliteGreylistStore.builder(file, FINGERPRINT).open();
    }

    static Attempt at(Instant now) {
        return new Attempt(now, DELAY, Duration.ofDays(2), Duration.ofDays(35));
    }

    static GreylistKey key(long number) {
        Random random = new Random(number);
        return new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
    }

    static Sighting record(SqliteGreylistStore store, long number, Instant now) {
        return store.record(key(number), at(now)).toCompletableFuture().join();
    }

    /** Records a range of first tries, together, and waits for all of them. */
    static void fill(SqliteGreylistStore store, int from, int to) {
        List<CompletableFuture<Sighting>> answers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            answers.add(store.record(key(i), at(NOON)).toCompletableFuture());
        }
        answers.forEach(CompletableFuture::join);
    }

    /** Takes over a range of first tries in one commit. */
    static void merge(SqliteGreylistStore store, int from, int to) {
        List<Page.Row> rows = new ArrayList<>();
        for (int i = from; i < to; i++) {
            rows.add(new Page.Row(key(i), new GreylistEntry(NOON, NOON, NOON.plus(Duration.ofDays(2)), 1, 0)));
        }
        store.merge(rows).toCompletableFuture().join();
    }

    /** All entries, by their tuple. */
    static Map<Hash128, Page.Row> all(SqliteGreylistStore store) {
        Map<Hash128, Page.Row> rows = new HashMap<>();
        Optional<Cursor> next = Optional.of(Cursor.START);
        while (next.isPresent()) {
            Page page = store.list(next.get(), 10_000).toCompletableFuture().join();
            page.rows().forEach(row -> rows.put(row.key().tuple(), row));
            next = page.next();
        }
        return rows;
    }

    static Connection plain(Path file) throws SQLException {
        return new SQLiteConfig().createConnection("jdbc:sqlite:" + file);
    }

    static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Copies a database and its log, and nothing else, as after a power failure. */
    static void copy(Path from, Path to) throws Exception {
        Files.copy(from, to);
        if (Files.exists(beside(from, "-wal"))) {
            Files.copy(beside(from, "-wal"), beside(to, "-wal"));
        }
    }
}
