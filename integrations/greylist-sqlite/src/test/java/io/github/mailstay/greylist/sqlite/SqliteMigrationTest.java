// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static io.github.mailstay.greylist.sqlite.Stored.FINGERPRINT;
import static io.github.mailstay.greylist.sqlite.Stored.NOON;
import static io.github.mailstay.greylist.sqlite.Stored.key;
import static io.github.mailstay.greylist.sqlite.Stored.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting.Kind;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with tables of an earlier version. */
class SqliteMigrationTest {
    private static final int ROWS = 300;

    @TempDir
    private Path directory;

    private Path file = Path.of("none");

    /** A file as version 1 made it. */
    @BeforeEach
    void makeVersionOne() throws Exception {
        file = directory.resolve("greylist.db");
        try (Connection connection = plain(file)) {
            Schema.run(connection, "PRAGMA page_size = 4096");
            Schema.run(connection, "PRAGMA journal_mode = WAL");
            Schema.run(connection, "BEGIN");
            Schema.run(
                    connection, "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID");
            Schema.run(
                    connection,
                    "CREATE TABLE entry (tuple BLOB PRIMARY KEY, client BLOB NOT NULL, first_seen INTEGER NOT NULL,"
                            + " last_seen INTEGER NOT NULL, expires_at INTEGER NOT NULL, tries INTEGER NOT NULL,"
                            + " passes INTEGER NOT NULL) STRICT, WITHOUT ROWID");
            Schema.run(
                    connection,
                    "CREATE TABLE counter (id BLOB PRIMARY KEY, count INTEGER NOT NULL, last_counted INTEGER NOT NULL,"
                            + " expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID");
            Schema.run(connection, "PRAGMA application_id = 1299400562"); // "MsGr"
            Schema.run(connection, "PRAGMA user_version = 1");
            Schema.run(connection, "INSERT INTO meta VALUES ('key-fingerprint', '" + FINGERPRINT + "')");
            try (PreparedStatement entry =
                            connection.prepareStatement("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)");
                    PreparedStatement counter =
                            connection.prepareStatement("INSERT INTO counter VALUES (?, ?, ?, ?)")) {
                for (int i = 0; i < ROWS; i++) {
                    GreylistEntry row = entry(i);
                    entry.setBytes(1, key(i).tuple().toBytes());
                    entry.setBytes(2, key(i).client().toBytes());
                    entry.setLong(3, row.firstSeen().toEpochMilli());
                    entry.setLong(4, row.lastSeen().toEpochMilli());
                    entry.setLong(5, row.expiresAt().toEpochMilli());
                    entry.setLong(6, row.tries());
                    entry.setLong(7, row.passes());
                    entry.executeUpdate();
                    counter.setBytes(1, WriterSql.id(counter(i)));
                    counter.setLong(2, i + 1L);
                    counter.setLong(3, NOON.toEpochMilli() + i);
                    counter.setLong(4, NOON.plus(Duration.ofDays(35)).toEpochMilli());
                    counter.executeUpdate();
                }
            }
            Schema.run(connection, "COMMIT");
        }
    }

    @Test
    void theFirstVersionOpensAndKeepsEverything() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (SqliteGreylistStore store = Stored.open(file)) {
                checkAll(store);
                assertThat(store.pragma("user_version").join()).isEqualTo("3");
            }
        }
        try (SqliteGreylistStore store = Stored.open(file)) {
            // An event after all is counted on from there.
            Tally next = store.tally(counter(7), NOON.plusSeconds(60), Duration.ZERO, Duration.ofDays(35))
                    .toCompletableFuture()
                    .join();
            assertThat(next.count()).isEqualTo(9);
            assertThat(next.firstCounted()).isEqualTo(NOON.plusMillis(7));
            assertThat(Stored.record(store, 0, NOON.plus(Stored.DELAY)).kind()).isEqualTo(Kind.PASSED);
        }
    }

    @Test
    void oneInterruptedBeforeItsCommitLeavesTheFirstVersionWhole() throws Exception {
        Path killed = directory.resolve("killed.db");
        try (Connection connection = plain(file)) {
            // So little memory that changed pages are in the log before the commit is.
            Schema.run(connection, "PRAGMA cache_size = 1");
            Schema.run(connection, "BEGIN IMMEDIATE");
            Schema.upgrade(connection, 1);
            Stored.copy(file, killed);
            Schema.run(connection, "ROLLBACK");
        }
        try (Connection connection = plain(killed)) {
            assertThat(Schema.text(connection, "PRAGMA user_version")).isEqualTo("1");
            assertThat(Schema.text(connection, "PRAGMA integrity_check")).isEqualTo("ok");
            assertThat(Schema.text(connection, "SELECT count(*) FROM pragma_table_info('counter')"))
                    .isEqualTo("4");
            assertThat(Schema.text(connection, "SELECT count(*) FROM counter")).isEqualTo(Integer.toString(ROWS));
        }
        try (SqliteGreylistStore store = Stored.open(killed)) {
            checkAll(store);
        }
    }

    @Test
    void oneThatFailsLeavesTheFirstVersionWhole() throws Exception {
        try (Connection connection = plain(file)) {
            Schema.run(connection, "CREATE TRIGGER no BEFORE UPDATE ON counter BEGIN SELECT raise(ABORT, 'no'); END");
        }
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> Stored.open(file).close())
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.FAILED));
        try (Connection connection = plain(file)) {
            assertThat(Schema.text(connection, "PRAGMA user_version")).isEqualTo("1");
            assertThat(Schema.text(connection, "SELECT count(*) FROM pragma_table_info('counter')"))
                    .isEqualTo("4");
            Schema.run(connection, "DROP TRIGGER no");
        }
        try (SqliteGreylistStore store = Stored.open(file)) {
            checkAll(store);
        }
    }

    private static void checkAll(SqliteGreylistStore store) {
        assertThat(Stored.all(store)).hasSize(ROWS);
        for (int i = 0; i < ROWS; i++) {
            assertThat(store.find(key(i)).toCompletableFuture().join()).contains(entry(i));
            Instant counted = NOON.plusMillis(i);
            assertThat(store.find(counter(i)).toCompletableFuture().join())
                    .contains(new Tally(i + 1L, counted, counted, NOON.plus(Duration.ofDays(35))));
        }
    }

    private static GreylistEntry entry(int number) {
        return new GreylistEntry(
                NOON.plusMillis(number),
                NOON.plusMillis(2L * number),
                NOON.plus(Duration.ofDays(2)).plusMillis(number),
                1 + number % 3,
                0);
    }

    private static CounterKey counter(int number) {
        return new CounterKey("passes", new Hash128(number, ~number));
    }
}
