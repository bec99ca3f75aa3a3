// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConfig;

/** Which files open, and what is said of those that do not. */
class SqliteOpeningTest {
    private static final String FINGERPRINT = "0123456789abcdef";

    @TempDir
    private Path directory;

    private Path file = Path.of("none");

    @BeforeEach
    void name() {
        file = directory.resolve("greylist.db");
    }

    @Test
    void theFilesArePrivate() throws Exception {
        try (SqliteGreylistStore store = open()) {
            assertThat(store.stats().toCompletableFuture().join().entries()).isZero();
            for (String suffix : new String[] {"", "-wal", "-shm", ".lock"}) {
                assertThat(PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.resolve("greylist.db" + suffix))))
                        .as("greylist.db" + suffix)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void theMarksAreThereFromTheFirstFileOn() throws Exception {
        open().close();
        byte[] header = Files.readAllBytes(file);
        // Offsets of the SQLite file format: 60 user version, 68 application id.
        assertThat(new String(header, 68, 4, StandardCharsets.US_ASCII)).isEqualTo("MsGr");
        assertThat(header[63]).isEqualTo((byte) 3);
    }

    @Test
    void closeLeavesOneFileAndTheLock() throws Exception {
        open().close();
        try (var files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("greylist.db", "greylist.db.lock");
        }
    }

    @Test
    void aSecondStoreOnOneFileIsRefused() {
        try (SqliteGreylistStore first = open()) {
            refused(Reason.IN_USE, "greylist.db is open in this process already");
            assertThat(first.stats().toCompletableFuture().join().entries()).isZero();
        }
        open().close();
    }

    @Test
    void anotherKeyIsRefused() {
        open().close();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() ->
                        SqliteGreylistStore.builder(file, "fedcba9876543210").open())
                .withMessageContaining("another key")
                .withMessageContaining(FINGERPRINT)
                .withMessageContaining("fedcba9876543210")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MISMATCH));
        open().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRAGMA application_id = 7", "CREATE TABLE theirs (x)", "PRAGMA user_version = 4"})
    void somebodyElsesDatabaseIsRefusedAndLeftAlone(String sql) throws Exception {
        prepare(sql);
        byte[] before = Files.readAllBytes(file);
        refused(Reason.MISMATCH, "is a database, but not a greylist");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 999})
    void anotherVersionIsRefused(int version) throws Exception {
        open().close();
        prepare("PRAGMA user_version = " + version);
        refused(Reason.MISMATCH, "tables of version " + version + "; this Mailstay knows versions 1 to 3");
    }

    @Test
    void whatIsNoDatabaseIsRefusedAndLeftAlone() throws Exception {
        String text = "not a database, but long enough to be looked at as if it were one. ".repeat(50);
        Files.writeString(file, text);
        refused(Reason.CORRUPT, "greylist.db is corrupt");
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    @Test
    void aMissingDirectoryIsNamed() {
        file = directory.resolve("none/greylist.db");
        refused(Reason.FAILED, "directory that is not there");
    }

    @Test
    void anEmptyFileIsAFreshOne() throws Exception {
        Files.createFile(file);
        open().close();
        open().close();
    }

    @Test
    void sillySettingsAreNamed() {
        SqliteGreylistStore.Builder builder = SqliteGreylistStore.builder(file, FINGERPRINT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.queueLimit(0))
                .withMessageContaining("queueLimit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.batchLimit(-1))
                .withMessageContaining("batchLimit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqliteGreylistStore.builder(file, "secret"))
                .withMessageContaining("keyFingerprint")
                .withMessageNotContaining("secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqliteGreylistStore.builder(Path.of("a?mode=memory"), FINGERPRINT))
                .withMessageContaining("file");
    }

    private SqliteGreylistStore open() {
        return SqliteGreylistStore.builder(file, FINGERPRINT).open();
    }

    private void refused(Reason reason, String message) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> open().close())
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private void prepare(String sql) throws SQLException {
        try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + file)) {
            Schema.run(connection, sql);
        }
    }
}
