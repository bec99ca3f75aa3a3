// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteException;

/**
 * Damage to a database file: what tells of it, the marker that remembers it until the next start, and the file's way
 * aside. Only {@link #found} may be called from any thread.
 */
final class Corruption {
    private static final Logger log = LoggerFactory.getLogger(SqliteGreylistStore.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** How many files of one second are told apart. */
    private static final int NAMES = 1000;

    /**
     * The database and what SQLite keeps beside it, in the order in which they go: with the file gone and its log still
     * there, {@link #known} sees that it was interrupted. None may be left beside a fresh database, which would take it
     * for its own.
     */
    private static final List<String> SUFFIXES = List.of("", "-wal", "-shm", "-journal");

    // SQLite's codes; the higher bits say more.
    private static final int CORRUPT = 11;
    private static final int NOTADB = 26;

    private final Path file;
    private final InstantSource clock;
    private final AtomicBoolean told = new AtomicBoolean();

    Corruption(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /** Whether SQLite means that the file is damaged. */
    static boolean isSaidBy(Throwable trouble) {
        if (trouble instanceof SQLiteException sqlite) {
            int code = sqlite.getResultCode().code & 0xff;
            return code == CORRUPT || code == NOTADB;
        }
        return false;
    }

    /** What is said where the file stays where it is: what it is and what to do. */
    static StoreException refusal(Path file, @Nullable String what, @Nullable Throwable cause) {
        return new StoreException(
                Reason.CORRUPT,
                file + " is corrupt (" + what + "). To begin with an empty greylist, move it away together with "
                        + file.getFileName() + "-wal and " + file.getFileName()
                        + "-shm, or let the setting setAsideCorrupt do so",
                cause);
    }

    /** Damage that is known before the file is opened: the marker, or a log without its file. */
    Optional<StoreException> known() {
        try {
            if (Files.size(file) > 0) {
                return Files.exists(marker())
                        ? Optional.of(refusal(
                                file,
                                "found while it was open; " + marker() + " says when, and is to be removed too",
                                null))
                        : Optional.empty();
            }
            Path wal = beside("-wal");
            if (Files.exists(wal) && Files.size(wal) > 0) {
                // SQLite would remove the log, and with it what may be all that is left.
                return Optional.of(refusal(file, "it is empty, but " + wal.getFileName() + " is not", null));
            }
            // Whoever moved the file away has dealt with what the marker says.
            Files.deleteIfExists(marker());
            return Optional.empty();
        } catch (IOException e) {
            throw new StoreException(Reason.FAILED, "cannot open " + file + ": " + e, e);
        }
    }

    /** Whether this trouble, met while the store is open, is damage; it is logged once and marked for the next start. */
    boolean found(Throwable trouble) {
        if (!isSaidBy(trouble)) {
            return false;
        }
        if (told.compareAndSet(false, true)) {
            log.error("greylist: {} is corrupt, what lies in the damaged part fails: {}", file, trouble.getMessage());
            try (FileChannel channel = FileChannel.open(
                    marker(), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), DatabaseFile.PRIVATE)) {
                String text = clock.instant() + " " + trouble.getMessage() + "\n";
                channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            } catch (FileAlreadyExistsException e) {
                log.debug("greylist: {} was marked before", file);
            } catch (IOException e) {
                log.warn("greylist: {} cannot be marked as corrupt: {}", file, e.toString());
            }
        }
        return true;
    }

    /**
     * Renames the file and what SQLite keeps beside it to {@code FILE.corrupt-YYYYMMDDTHHMMSSZ}, time in UTC, and
     * {@code FILE.corrupt-YYYYMMDDTHHMMSSZ-wal}, so that sqlite3 finds them together. Replaces none. The file must be
     * closed and locked.
     */
    void setAside(StoreException why) {
        try {
            Path aside = freeName();
            for (String suffix : SUFFIXES) {
                if (exists(beside(suffix))) {
                    Files.move(beside(suffix), sibling(aside, suffix));
                }
            }
            Files.deleteIfExists(marker());
            log.error("greylist: set aside as {}, beginning anew: {}", aside, why.getMessage());
        } catch (IOException e) {
            StoreException failed = new StoreException(Reason.FAILED, "cannot set " + file + " aside: " + e, e);
            failed.addSuppressed(why);
            throw failed;
        }
    }

    private Path freeName() throws IOException {
        String name = file.getFileName() + ".corrupt-" + TIME.format(clock.instant());
        for (int number = 1; number <= NAMES; number++) {
            Path candidate = file.resolveSibling(number == 1 ? name : name + "-" + number);
            if (SUFFIXES.stream().noneMatch(suffix -> exists(sibling(candidate, suffix)))) {
                return candidate;
            }
        }
        throw new IOException("there are " + NAMES + " of " + name);
    }

    private Path marker() {
        return beside(".corrupt-found");
    }

    private Path beside(String suffix) {
        return sibling(file, suffix);
    }

    private static Path sibling(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
