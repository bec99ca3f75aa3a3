// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A greylist store in one SQLite file. Thread-safe. Durable: a stage completes only once its change is on the disk
 * (write-ahead log, {@code synchronous=FULL}), so neither a crash nor a power failure takes back an answer that was
 * given. What waits meanwhile shares one fsync.
 *
 * <p>The file belongs to one process at a time, which holds a lock on {@code FILE.lock} beside it; so two daemons cannot
 * both write, and after a failover to another node the file opens in milliseconds. Administrators may look into it with
 * {@code sqlite3 -readonly}. It is made with mode 0600, its directory must be there, and {@code FILE-wal} and
 * {@code FILE-shm} belong to it. It never holds an address or a key, only keyed hashes, times and counts.
 *
 * <p>Stages complete on the store's thread {@code mailstay-greylist-sqlite}; what is done there delays the next commit.
 * A commit that fails (a full disk) fails the stages of its batch only; nothing older is lost, and later ones succeed
 * when the trouble is over.
 *
 * <p>Damage is looked for at opening only where that takes no time: the header, the schema, the length. What is met later
 * fails the stages that need that part of the file; one line is logged, and {@code FILE.corrupt-found} is left beside the
 * file, so that the next opening treats it as damaged ({@link Builder#setAsideCorrupt}).
 *
 * <p>The native code of sqlite-jdbc is unpacked into the directory that the system property {@code org.sqlite.tmpdir}
 * names, else into {@code java.io.tmpdir}: set it to a private directory, before the first store is opened, and not to
 * one that is mounted {@code noexec}.
 */
public final class SqliteGreylistStore implements GreylistStore {
    /** How long {@link #close} waits for what is queued. */
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);

    private final DatabaseFile file;
    private final Writer writer;
    private final Reader reader;
    private final Sweep sweep = new Sweep();

    private SqliteGreylistStore(DatabaseFile file, Writer writer, Reader reader) {
        this.file = file;
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * A builder with the usual limits.
     *
     * @param file the database, made if it is not there
     * @param keyFingerprint {@link io.github.mailstay.greylist.GreylistKeys#fingerprint} of the keys this store will be
     *     given: it is kept in the file, which opens with no other
     */
    public static Builder builder(Path file, String keyFingerprint) {
        return new Builder(file, keyFingerprint);
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return writer.submit(new Work<>() {
            @Override
            Sighting apply(WriterSql sql) throws SQLException {
                return sql.record(key, attempt);
            }
        });
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        Tally.checkTimes(minGap, ttl);
        long at = now.toEpochMilli();
        return writer.submit(new Work<>() {
            @Override
            Tally apply(WriterSql sql) throws SQLException {
                return sql.tally(key, at, minGap.toMillis(), ttl.toMillis());
            }
        });
    }

    /** All in one transaction: one turn of the writer, not three. */
    @Override
    public CompletionStage<Visited> visit(Visit visit) {
        visit.deferrals().ifPresent(count -> Tally.checkTimes(count.minGap(), count.ttl()));
        return writer.submit(new Work<>() {
            @Override
            Visited apply(WriterSql sql) throws SQLException {
                return sql.visit(visit);
            }
        });
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return reader.find(key);
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return reader.find(key);
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return writer.submit(new Work<>() {
            @Override
            Boolean apply(WriterSql sql) throws SQLException {
                return sql.forget(key);
            }
        });
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return writer.submit(new Work<>() {
            @Override
            Boolean apply(WriterSql sql) throws SQLException {
                return sql.forget(key);
            }
        });
    }

    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        if (rows.size() > MAX_PAGE) {
            throw new IllegalArgumentException(rows.size() + " rows are more than " + MAX_PAGE);
        }
        List<Page.Row> copy = List.copyOf(rows);
        return writer.submit(new Work<>() {
            @Override
            Integer apply(WriterSql sql) throws SQLException {
                int unknown = 0;
                for (Page.Row row : copy) {
                    unknown += sql.merge(row) ? 1 : 0;
                }
                return unknown;
            }
        });
    }

    @Override
    public CompletionStage<Page> list(Cursor from, int max) {
        if (max < 1 || max > MAX_PAGE) {
            throw new IllegalArgumentException("max is " + max + ", not within 1 and " + MAX_PAGE);
        }
        Optional<Hash128> after = from.tuple();
        return reader.list(after, max);
    }

    @Override
    public CompletionStage<StoreStats> stats() {
        return reader.stats();
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", not at least 1");
        }
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("budget is " + budget + ", not above zero");
        }
        return writer.submit(sweep.slice(now.toEpochMilli(), maxRows, budget.toNanos()));
    }

    /**
     * Writes what is queued, for 10 seconds at most, moves the log into the database file, and closes it. What cannot be
     * written in that time fails. Idempotent.
     */
    @Override
    public void close() {
        reader.close(CLOSE_BOUND);
        if (writer.close(CLOSE_BOUND)) {
            // Else the thread still writes, and the file must stay locked until the process ends.
            file.close();
        }
    }

    /** What a pragma of the writing connection says, for tests. */
    CompletableFuture<String> pragma(String text) {
        return writer.submit(new Work<>() {
            @Override
            String apply(WriterSql sql) throws SQLException {
                return Schema.text(sql.connection(), "PRAGMA " + text);
            }
        });
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");

        private final Path file;
        private final String keyFingerprint;
        private int queueLimit = 10_000;
        private int batchLimit = 1000;
        private int readLimit = 10_000;
        private boolean setAsideCorrupt;
        private InstantSource clock = InstantSource.system();

        private Builder(Path file, String keyFingerprint) {
            if (file.toString().indexOf('?') >= 0 || file.getFileName() == null) {
                throw new IllegalArgumentException("file '" + file + "' is none, or its path holds a '?'");
            }
            if (!FINGERPRINT.matcher(keyFingerprint).matches()) {
                throw new IllegalArgumentException("keyFingerprint is not 16 hexadecimal digits");
            }
            this.file = file.toAbsolutePath();
            this.keyFingerprint = keyFingerprint;
        }

        /**
         * How many calls may wait to be written; 10,000 unless set. Beyond that a call fails at once, with
         * {@link StoreException.Reason#OVERLOADED}.
         *
         * @throws IllegalArgumentException if it is not within 1 and 1,000,000
         */
        public Builder queueLimit(int value) {
            queueLimit = checked("queueLimit", value, 1_000_000);
            return this;
        }

        /**
         * How many calls share a transaction at most; 1000 unless set.
         *
         * @throws IllegalArgumentException if it is not within 1 and 100,000
         */
        public Builder batchLimit(int value) {
            batchLimit = checked("batchLimit", value, 100_000);
            return this;
        }

        /**
         * How many questions ({@code find}, {@code list}, {@code stats}) may wait to be answered; 10,000 unless set.
         * Beyond that one fails at once, with {@link StoreException.Reason#OVERLOADED}.
         *
         * @throws IllegalArgumentException if it is not within 1 and 1,000,000
         */
        public Builder readLimit(int value) {
            readLimit = checked("readLimit", value, 1_000_000);
            return this;
        }

        /**
         * Whether a damaged file gives way to an empty one; not unless set. Then it and its log are renamed to
         * {@code FILE.corrupt-YYYYMMDDTHHMMSSZ} (UTC) and {@code FILE.corrupt-YYYYMMDDTHHMMSSZ-wal}, one line is logged
         * as an error, and every sender waits once more. Nothing is deleted, and no earlier one replaced. A file that is
         * somebody else's, of a newer version, or filled under another key is refused all the same.
         */
        public Builder setAsideCorrupt(boolean value) {
            setAsideCorrupt = value;
            return this;
        }

        /** What dates damaged files; the system's clock unless set. */
        public Builder clock(InstantSource value) {
            clock = value;
            return this;
        }

        /**
         * Opens the store, which means to read and write files, for some milliseconds.
         *
         * @throws StoreException if the file is in use ({@link StoreException.Reason#IN_USE}), is not a greylist that
         *     this version and this key can read ({@link StoreException.Reason#MISMATCH}), is damaged and stays where it
         *     is ({@link StoreException.Reason#CORRUPT}), or cannot be opened ({@link StoreException.Reason#FAILED})
         */
        public SqliteGreylistStore open() {
            DatabaseFile locked = DatabaseFile.lock(file);
            Corruption corruption = new Corruption(file, clock);
            Connections connections = null;
            try {
                connections = locked.open(keyFingerprint, corruption, setAsideCorrupt);
                String name = locked.toString();
                Writer writer = new Writer(name, connections.writing(), corruption, queueLimit, batchLimit);
                writer.start();
                return new SqliteGreylistStore(
                        locked, writer, new Reader(name, connections.reading(), corruption, readLimit));
            } catch (SQLException e) {
                throw closing(
                        new StoreException(Reason.FAILED, "cannot open " + file + ": " + e.getMessage(), e),
                        connections,
                        locked);
            } catch (StoreException e) {
                throw closing(e, connections, locked);
            }
        }

        private static StoreException closing(StoreException trouble, @Nullable AutoCloseable... open) {
            for (AutoCloseable each : open) {
                try {
                    if (each != null) {
                        each.close();
                    }
                } catch (Exception e) {
                    trouble.addSuppressed(e);
                }
            }
            return trouble;
        }

        private static int checked(String setting, int value, int most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(setting + " is " + value + ", not within 1 and " + most);
            }
            return value;
        }
    }
}
