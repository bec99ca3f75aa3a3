// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The two connections to an open database, the tables ready behind them.
 *
 * <p>The one that only reads is opened first and looks at the file: so whatever is refused stays as it is. One that may
 * write would, as it closes, move the log into the file and remove it, be it somebody else's or damaged.
 *
 * @param writing the one that writes
 * @param reading one that only reads
 */
record Connections(Connection writing, Connection reading) implements AutoCloseable {
    /**
     * Opens both.
     *
     * @throws StoreException if the file is refused ({@code MISMATCH}), damaged ({@code CORRUPT}), or cannot be opened
     *     ({@code FAILED})
     */
    static Connections open(Path file, String keyFingerprint) {
        Connection reading = null;
        Connection writing = null;
        try {
            reading = openReader(file, keyFingerprint);
            writing = openWriter(file, keyFingerprint);
            return new Connections(writing, reading);
        } catch (SQLException e) {
            throw closing(
                    Corruption.isSaidBy(e)
                            ? Corruption.refusal(file, e.getMessage(), e)
                            : new StoreException(Reason.FAILED, "cannot open " + file + ": " + e.getMessage(), e),
                    writing,
                    reading);
        } catch (StoreException e) {
            throw closing(e, writing, reading);
        }
    }

    private static Connection openReader(Path file, String keyFingerprint) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return closedOnFailure(connect(file, config), connection -> {
            for (String pragma : Tuning.READER) {
                Schema.run(connection, pragma);
            }
            try {
                Schema.check(connection, file, keyFingerprint);
            } catch (SQLiteException e) {
                // What a crash while the file was made has left is for the one that writes to roll back.
                if (e.getResultCode() != SQLiteErrorCode.SQLITE_READONLY_ROLLBACK) {
                    throw e;
                }
            }
        });
    }

    private static Connection openWriter(Path file, String keyFingerprint) throws SQLException {
        return closedOnFailure(connect(file, new SQLiteConfig()), connection -> {
            int version = Schema.check(connection, file, keyFingerprint);
            for (String pragma : Tuning.WRITER) {
                Schema.run(connection, pragma);
            }
            String mode = Schema.text(connection, "PRAGMA journal_mode = WAL");
            if (!mode.equals("wal")) {
                throw new StoreException(Reason.FAILED, file + " lies on a file system without write-ahead logging");
            }
            if (version == 0) {
                Schema.create(connection, keyFingerprint);
            } else {
                Schema.migrate(connection, version);
            }
        });
    }

    private static Connection connect(Path file, SQLiteConfig config) throws SQLException {
        config.setBusyTimeout(Tuning.BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    private interface Preparation {
        void prepare(Connection connection) throws SQLException;
    }

    private static Connection closedOnFailure(Connection connection, Preparation preparation) throws SQLException {
        try {
            preparation.prepare(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            try {
                connection.close();
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static StoreException closing(StoreException trouble, @Nullable Connection... connections) {
        for (Connection connection : connections) {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (SQLException e) {
                trouble.addSuppressed(e);
            }
        }
        return trouble;
    }

    /** Closes the one that writes first: with the other still open, SQLite leaves the log where it is. */
    @Override
    public void close() throws SQLException {
        try (reading) {
            writing.close();
        }
    }
}
