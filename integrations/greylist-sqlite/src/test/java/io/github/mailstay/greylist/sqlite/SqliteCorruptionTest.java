// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static io.github.mailstay.greylist.sqlite.Stored.FINGERPRINT;
import static io.github.mailstay.greylist.sqlite.Stored.NOON;
import static io.github.mailstay.greylist.sqlite.Stored.beside;
import static io.github.mailstay.greylist.sqlite.Stored.fill;
import static io.github.mailstay.greylist.sqlite.Stored.key;
import static io.github.mailstay.greylist.sqlite.Stored.plain;
import static io.github.mailstay.greylist.sqlite.Stored.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.Sighting.Kind;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files: refused with a remedy, or set aside for an empty one. */
class SqliteCorruptionTest {
    private static final int PAGE = 4096;
    private static final String ASIDE = "greylist.db.corrupt-20260301T120000Z";

    private final ManualClock clock = ManualClock.start();

    @TempDir
    private Path directory;

    private Path file = Path.of("none");

    @BeforeEach
    void name() {
        file = directory.resolve("greylist.db");
    }

    /** Ways a file comes to harm that are seen as it is opened. */
    enum Harm {
        ZEROED_HEADER {
            @Override
            void to(Path file) throws IOException {
                overwrite(file, 0, new byte[100]);
            }
        },
        TRUNCATED {
            @Override
            void to(Path file) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(5 * PAGE + 1000);
                }
            }
        },
        NO_DATABASE {
            @Override
            void to(Path file) throws IOException {
                Files.writeString(file, "what some other program wrote here. ".repeat(100));
            }
        },
        EMPTY_BESIDE_ITS_LOG {
            @Override
            void to(Path file) throws IOException {
                Files.write(file, new byte[0]);
                Files.writeString(beside(file, "-wal"), "all that is left");
            }
        },
        MARKED {
            @Override
            void to(Path file) throws IOException {
                Files.writeString(beside(file, ".corrupt-found"), "2026-03-01T11:00:00Z");
            }
        };

        abstract void to(Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedFileIsRefusedAndLeftAlone(Harm harm) throws Exception {
        filled();
        harm.to(file);
        Map<String, Integer> before = contents();
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> open(false).close())
                    .withMessageContaining(file + " is corrupt (")
                    .withMessageContaining("move it away together with greylist.db-wal")
                    .withMessageContaining("setAsideCorrupt")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT));
        }
        assertThat(contents()).containsAllEntriesOf(before);
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedFileGivesWayToAnEmptyOne(Harm harm) throws Exception {
        filled();
        harm.to(file);
        byte[] damaged = Files.readAllBytes(file);
        try (SqliteGreylistStore store = open(true)) {
            assertThat(store.stats().toCompletableFuture().join().entries()).isZero();
            assertThat(record(store, 1, NOON).kind()).isEqualTo(Kind.FIRST);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(directory.resolve(ASIDE)).hasBinaryContent(damaged);
        assertThat(beside(file, ".corrupt-found")).doesNotExist();
        try (SqliteGreylistStore again = open(true)) {
            assertThat(again.find(key(1)).toCompletableFuture().join()).isPresent();
        }
        assertThat(names()).filteredOn(name -> name.equals(ASIDE + "-2")).isEmpty();
    }

    @Test
    void theLogGoesWithItsFile() throws Exception {
        Path running = directory.resolve("running.db");
        try (SqliteGreylistStore store = Stored.open(running)) {
            fill(store, 0, 500);
            Stored.copy(running, file);
        }
        Harm.ZEROED_HEADER.to(file);
        // The log holds a good first page, so it must be cut for the damage to show.
        byte[] log = Arrays.copyOf(Files.readAllBytes(beside(file, "-wal")), 100);
        Files.write(beside(file, "-wal"), log);
        assertThatThrownBy(() -> open(false).close()).hasMessageContaining("is corrupt");
        assertThat(beside(file, "-wal")).hasBinaryContent(log);
        open(true).close();
        assertThat(directory.resolve(ASIDE + "-wal")).hasBinaryContent(log);
    }

    @Test
    void noEarlierOneIsReplaced() throws Exception {
        for (String name : List.of("first", "second", "third")) {
            Files.writeString(file, name.repeat(200));
            open(true).close();
        }
        assertThat(directory.resolve(ASIDE)).hasContent("first".repeat(200));
        assertThat(directory.resolve(ASIDE + "-2")).hasContent("second".repeat(200));
        assertThat(directory.resolve(ASIDE + "-3")).hasContent("third".repeat(200));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void garbageInTheMiddleIsMetWhileRunningAndMarked(boolean setAside) throws Exception {
        filled();
        overwrite(file, 10 * PAGE, garbage(20));
        long harmed;
        try (SqliteGreylistStore store = open(setAside)) {
            harmed = firstThatFails(store);
            Path marker = beside(file, ".corrupt-found");
            assertThat(marker).content().startsWith("2026-03-01T12:00:00Z ").contains("SQLITE_CORRUPT");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(marker)))
                    .isEqualTo("rw-------");
            // Elsewhere in the file, life goes on.
            assertThat(harmed).isPositive();
            assertThat(record(store, 0, NOON.plusSeconds(300)).kind()).isEqualTo(Kind.PASSED);
        }
        if (setAside) {
            try (SqliteGreylistStore fresh = open(true)) {
                assertThat(record(fresh, harmed, NOON).kind()).isEqualTo(Kind.FIRST);
            }
            assertThat(directory.resolve(ASIDE)).isRegularFile();
            assertThat(beside(file, ".corrupt-found")).doesNotExist();
        } else {
            assertThatThrownBy(() -> open(false).close()).hasMessageContaining("greylist.db.corrupt-found");
        }
    }

    @Test
    void aQuestionThatMeetsDamageMarksItToo() throws Exception {
        filled();
        overwrite(file, 5 * PAGE, garbage(40));
        try (SqliteGreylistStore store = open(false)) {
            boolean failed = false;
            for (int i = 0; i < 5000 && !failed; i++) {
                failed = store.find(key(i))
                        .handle((entry, e) -> e != null)
                        .toCompletableFuture()
                        .join();
            }
            assertThat(failed).isTrue();
            assertThat(beside(file, ".corrupt-found")).exists();
            // The statement that failed is prepared anew: others are answered.
            boolean answered = false;
            for (int i = 0; i < 5000 && !answered; i++) {
                answered = store.find(key(i))
                        .handle((entry, e) -> e == null)
                        .toCompletableFuture()
                        .join();
            }
            assertThat(answered).isTrue();
        }
    }

    @Test
    void aMarkerWithoutItsFileIsOver() throws Exception {
        Files.writeString(beside(file, ".corrupt-found"), "long ago");
        open(false).close();
        assertThat(beside(file, ".corrupt-found")).doesNotExist();
        open(false).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRAGMA application_id = 7", "PRAGMA user_version = 4", "PRAGMA application_id = 0"})
    void whatIsNotOursIsNeverSetAside(String sql) throws Exception {
        filled();
        try (Connection connection = plain(file)) {
            Schema.run(connection, sql);
        }
        refusedAndUntouched(FINGERPRINT);
    }

    @Test
    void whatIsUnderAnotherKeyIsNeverSetAside() throws Exception {
        filled();
        refusedAndUntouched("fedcba9876543210");
    }

    @Test
    void aLogOfSomebodyElsesStaysWhereItIs() throws Exception {
        Path theirs = directory.resolve("theirs.db");
        try (Connection connection = plain(theirs)) {
            assertThat(Schema.text(connection, "PRAGMA journal_mode = WAL")).isEqualTo("wal");
            Schema.run(connection, "CREATE TABLE theirs (x)");
            Stored.copy(theirs, file);
        }
        assertThat(Files.size(beside(file, "-wal"))).isPositive();
        refusedAndUntouched(FINGERPRINT);
    }

    private void refusedAndUntouched(String fingerprint) throws Exception {
        Map<String, Integer> before = contents();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> SqliteGreylistStore.builder(file, fingerprint)
                        .setAsideCorrupt(true)
                        .clock(clock)
                        .open()
                        .close())
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MISMATCH));
        assertThat(contents()).containsAllEntriesOf(before);
        assertThat(names()).noneMatch(name -> name.contains(".corrupt-"));
    }

    private long firstThatFails(SqliteGreylistStore store) {
        for (int i = 0; i < 5000; i++) {
            try {
                record(store, i, NOON.plusSeconds(1));
            } catch (CompletionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                StoreException.class,
                                failure -> assertThat(failure.reason()).isEqualTo(Reason.FAILED));
                return i;
            }
        }
        throw new AssertionError("none met the damage");
    }

    private void filled() {
        try (SqliteGreylistStore store = Stored.open(file)) {
            fill(store, 0, 5000);
        }
    }

    private SqliteGreylistStore open(boolean setAside) {
        return SqliteGreylistStore.builder(file, FINGERPRINT)
                .setAsideCorrupt(setAside)
                .clock(clock)
                .open();
    }

    /** The files that hold something, by name; the shared memory is none's property. */
    private Map<String, Integer> contents() throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        for (String name : names()) {
            if (!name.endsWith("-shm")) {
                contents.put(name, Arrays.hashCode(Files.readAllBytes(directory.resolve(name))));
            }
        }
        return contents;
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static byte[] garbage(int pages) {
        byte[] garbage = new byte[pages * PAGE];
        Arrays.fill(garbage, (byte) 0xa5);
        return garbage;
    }

    private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }
}
