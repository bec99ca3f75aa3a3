// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The tables and marks of a greylist's database: which versions there are, how to know them, how to make them. Stateless;
 * a connection belongs to one thread.
 */
final class Schema {
    /** {@code MsGr} in the file's header (bytes 68 to 71): what file(1) could know it by. */
    static final int APPLICATION_ID = 0x4d734772;

    /** The version of the tables, in {@code user_version}. */
    static final int VERSION = 3;

    private static final String[] TABLES = {
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        // Times are milliseconds since 1970, UTC. Without a rowid the table is its own index: one page per write.
        // Counters
        // lie among the entries, since the counter of a mail's deferrals has the same first half of its key: so one
        // page
        // holds what one mail changes. A counter's tuple is the 16 bytes of its hash and the purpose behind them, its
        // client is empty, its tries are the count, and its passes -1.
        "CREATE TABLE entry (tuple BLOB PRIMARY KEY, client BLOB NOT NULL, first_seen INTEGER NOT NULL,"
                + " last_seen INTEGER NOT NULL, expires_at INTEGER NOT NULL, tries INTEGER NOT NULL,"
                + " passes INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "PRAGMA application_id = " + APPLICATION_ID,
        "PRAGMA user_version = " + VERSION,
    };

    /** What makes tables of each version those of the next, from version 1 on. */
    private static final String[][] MIGRATIONS = {
        {
            "ALTER TABLE counter ADD COLUMN first_counted INTEGER NOT NULL DEFAULT 0",
            "UPDATE counter SET first_counted = last_counted"
        },
        {
            "INSERT INTO entry SELECT id, x'', first_counted, last_counted, expires_at, count, -1 FROM counter",
            "DROP TABLE counter"
        },
    };

    private Schema() {}

    /**
     * The version of the tables, 0 if the database is empty.
     *
     * @throws StoreException if it is not a greylist, of another version, or was filled under another key
     */
    static int check(Connection connection, Path file, String keyFingerprint) throws SQLException {
        int id = (int) Long.parseLong(text(connection, "PRAGMA application_id"));
        int version = (int) Long.parseLong(text(connection, "PRAGMA user_version"));
        boolean empty = text(connection, "SELECT count(*) FROM sqlite_schema").equals("0");
        if (empty && id == 0 && version == 0) {
            return 0;
        }
        if (id != APPLICATION_ID) {
            throw new StoreException(Reason.MISMATCH, file + " is a database, but not a greylist of Mailstay's");
        }
        if (version < 1 || version > VERSION) {
            throw new StoreException(
                    Reason.MISMATCH,
                    file + " has tables of version " + version + "; this Mailstay knows versions 1 to " + VERSION);
        }
        String found = text(connection, "SELECT value FROM meta WHERE name = 'key-fingerprint'");
        if (!found.equals(keyFingerprint)) {
            throw new StoreException(
                    Reason.MISMATCH,
                    file + " was filled under another key: its fingerprint is " + found + ", that of the key is "
                            + keyFingerprint);
        }
        return version;
    }

    /** Makes the tables in an empty database, in one transaction: after a crash it is empty or whole. */
    static void create(Connection connection, String keyFingerprint) throws SQLException {
        run(connection, "BEGIN IMMEDIATE");
        for (String statement : TABLES) {
            run(connection, statement);
        }
        try (var insert = connection.prepareStatement("INSERT INTO meta VALUES ('key-fingerprint', ?)")) {
            insert.setString(1, keyFingerprint);
            insert.executeUpdate();
        }
        run(connection, "COMMIT");
    }

    /** Makes tables of this version those of ours, in one transaction: after a crash they are the one or the other. */
    static void migrate(Connection connection, int from) throws SQLException {
        if (from < VERSION) {
            run(connection, "BEGIN IMMEDIATE");
            upgrade(connection, from);
            run(connection, "COMMIT");
        }
    }

    /** The steps of a migration, inside a transaction. */
    static void upgrade(Connection connection, int from) throws SQLException {
        for (int version = from; version < VERSION; version++) {
            for (String statement : MIGRATIONS[version - 1]) {
                run(connection, statement);
            }
        }
        run(connection, "PRAGMA user_version = " + VERSION);
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as text; empty if there is none. */
    static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }
}
