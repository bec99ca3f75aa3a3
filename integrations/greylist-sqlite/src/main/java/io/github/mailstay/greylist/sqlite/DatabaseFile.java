// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The file as such: its lock, its marks, its tables, and connections to it. A file is looked at before anything is
 * written to it, so that one of somebody else's stays as it is.
 */
final class DatabaseFile implements AutoCloseable {
    /** {@code MsGr} in the file's header (bytes 68 to 71): what file(1) could know it by. */
    static final int APPLICATION_ID = 0x4d734772;

    /** The version of the tables, in {@code user_version}. */
    static final int SCHEMA_VERSION = 2;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final String[] SCHEMA = {
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        // Times are milliseconds since 1970, UTC. Without a rowid the table is its own index: one page per write.
        "CREATE TABLE entry (tuple BLOB PRIMARY KEY, client BLOB NOT NULL, first_seen INTEGER NOT NULL,"
                + " last_seen INTEGER NOT NULL, expires_at INTEGER NOT NULL, tries INTEGER NOT NULL,"
                + " passes INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        // id is the 16 bytes of the hash, then the purpose.
        "CREATE TABLE counter (id BLOB PRIMARY KEY, count INTEGER NOT NULL, first_counted INTEGER NOT NULL,"
                + " last_counted INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "PRAGMA application_id = " + APPLICATION_ID,
        "PRAGMA user_version = " + SCHEMA_VERSION,
    };

    /** What makes tables of each version those of the next, from version 1 on. */
    private static final String[][] MIGRATIONS = {
        {
            "ALTER TABLE counter ADD COLUMN first_counted INTEGER NOT NULL DEFAULT 0",
            "UPDATE counter SET first_counted = last_counted"
        },
    };

    private final Path file;
    private final FileChannel lock;

    private DatabaseFile(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
    }

    /** Locks the file for this process, having made an empty one with mode 0600 if there is none. */
    static DatabaseFile lock(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file.resolveSibling(file.getFileName() + ".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PRIVATE);
            FileLock held = channel.tryLock();
            if (held == null) {
                throw new StoreException(Reason.IN_USE, file + " is in use by another process");
            }
            create(file);
            return new DatabaseFile(file, channel);
        } catch (OverlappingFileLockException e) {
            throw closing(channel, new StoreException(Reason.IN_USE, file + " is open in this process already"));
        } catch (NoSuchFileException e) {
            throw closing(channel, new StoreException(Reason.FAILED, file + " lies in a directory that is not there"));
        } catch (IOException e) {
            throw closing(channel, new StoreException(Reason.FAILED, "cannot open " + file + ": " + e, e));
        } catch (StoreException e) {
            throw closing(channel, e);
        }
    }

    private static void create(Path file) throws IOException {
        try {
            Files.createFile(file, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            // With whatever mode its owner gave it; SQLite makes -wal and -shm alike.
        }
    }

    private static StoreException closing(@Nullable FileChannel channel, StoreException trouble) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                trouble.addSuppressed(e);
            }
        }
        return trouble;
    }

    /** The connection that writes, the tables ready behind it. */
    Connection openWriter(String keyFingerprint) {
        Connection connection = null;
        try {
            connection = connect(new SQLiteConfig());
            int version = checkMarks(connection);
            for (String pragma : Tuning.WRITER) {
                run(connection, pragma);
            }
            String mode = text(connection, "PRAGMA journal_mode = WAL");
            if (!mode.equals("wal")) {
                throw new StoreException(Reason.FAILED, file + " lies on a file system without write-ahead logging");
            }
            if (version == 0) {
                createTables(connection, keyFingerprint);
            }
            // Before anything is changed: a file under another key stays as it is.
            checkFingerprint(connection, keyFingerprint);
            if (version > 0) {
                migrate(connection, version);
            }
            return connection;
        } catch (SQLException e) {
            throw closing(connection, opening(e));
        } catch (StoreException e) {
            throw closing(connection, e);
        }
    }

    /** A connection that only reads; after the one that writes. */
    Connection openReader() {
        try {
            SQLiteConfig config = new SQLiteConfig();
            config.setReadOnly(true);
            Connection connection = connect(config);
            for (String pragma : Tuning.READER) {
                run(connection, pragma);
            }
            return connection;
        } catch (SQLException e) {
            throw opening(e);
        }
    }

    private Connection connect(SQLiteConfig config) throws SQLException {
        config.setBusyTimeout(Tuning.BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    /** The version of the tables, 0 if the file is empty; refuses it if it is not ours. */
    private int checkMarks(Connection connection) throws SQLException {
        int id = (int) Long.parseLong(text(connection, "PRAGMA application_id"));
        int version = (int) Long.parseLong(text(connection, "PRAGMA user_version"));
        boolean empty = text(connection, "SELECT count(*) FROM sqlite_schema").equals("0");
        if (empty && id == 0 && version == 0) {
            return 0;
        }
        if (id != APPLICATION_ID) {
            throw new StoreException(Reason.MISMATCH, file + " is a database, but not a greylist of Mailstay's");
        }
        if (version < 1 || version > SCHEMA_VERSION) {
            throw new StoreException(
                    Reason.MISMATCH,
                    file + " has tables of version " + version + "; this Mailstay knows versions 1 to "
                            + SCHEMA_VERSION);
        }
        return version;
    }

    /** One transaction for all steps: after a crash the tables are of the old version or of ours. */
    private static void migrate(Connection connection, int from) throws SQLException {
        if (from == SCHEMA_VERSION) {
            return;
        }
        run(connection, "BEGIN IMMEDIATE");
        for (int version = from; version < SCHEMA_VERSION; version++) {
            for (String statement : MIGRATIONS[version - 1]) {
                run(connection, statement);
            }
        }
        run(connection, "PRAGMA user_version = " + SCHEMA_VERSION);
        run(connection, "COMMIT");
    }

    private static void createTables(Connection connection, String keyFingerprint) throws SQLException {
        // One transaction: after a crash the file is empty or whole. The marks are part of it.
        run(connection, "BEGIN IMMEDIATE");
        for (String statement : SCHEMA) {
            run(connection, statement);
        }
        try (var insert = connection.prepareStatement("INSERT INTO meta VALUES ('key-fingerprint', ?)")) {
            insert.setString(1, keyFingerprint);
            insert.executeUpdate();
        }
        run(connection, "COMMIT");
    }

    private void checkFingerprint(Connection connection, String expected) throws SQLException {
        String found = text(connection, "SELECT value FROM meta WHERE name = 'key-fingerprint'");
        if (!found.equals(expected)) {
            throw new StoreException(
                    Reason.MISMATCH,
                    file + " was filled under another key: its fingerprint is " + found + ", that of the key is "
                            + expected);
        }
    }

    private StoreException opening(SQLException e) {
        if (e instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB) {
            return new StoreException(Reason.MISMATCH, file + " is no SQLite database", e);
        }
        return new StoreException(Reason.FAILED, "cannot open " + file + ": " + e.getMessage(), e);
    }

    private static StoreException closing(@Nullable Connection connection, StoreException trouble) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                trouble.addSuppressed(e);
            }
        }
        return trouble;
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

    /** Gives the lock back. The lock's file stays: to remove it would let two processes lock two files of one name. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StoreException(Reason.FAILED, "cannot unlock " + file + ": " + e, e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
