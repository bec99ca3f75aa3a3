// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

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
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.greylist.store.Swept;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * A greylist store in a database that any number of nodes share; PostgreSQL, from any {@link DataSource}. Thread-safe.
 * Open one a process.
 *
 * <p><b>Agreement.</b> Each change of a key is one {@code INSERT .. ON CONFLICT .. DO UPDATE}. That locks the row, or
 * waits for whoever has it, and then computes from the newest committed version, whatever the statement saw before; so
 * changes of one key follow each other, and READ COMMITTED, which the store asks for in each transaction, is enough.
 * Several calls share a transaction. They lock entries in the order of their keys, then counters in theirs, which is the
 * same on all nodes, so transactions wait for but do not block each other; what collides all the same is tried again, three times in all.
 *
 * <p><b>Durability</b> is the server's: a stage completes when COMMIT has returned. With PostgreSQL's own defaults
 * ({@code synchronous_commit=on}) it then is on the primary's disk. Only with {@code synchronous_standby_names} set as
 * well is it on a standby too, and a standby that is promoted has lost nothing. Without, what was answered last may be
 * lost: a mail may be delayed once more, and none passes early. Lookups go to the same server, never to a replica, and
 * see whatever was answered.
 *
 * <p><b>The source</b> is the embedder's and stays open. It should have one connection more than {@link Builder#threads},
 * and give up soon: how long it takes to say that it has none adds to the time a stage may take. The store finds
 * connections with autocommit on or off and leaves them as they were. Where the server may change, its URL names all
 * hosts and the primary as the one to take (pgjdbc: {@code targetServerType=primary}).
 *
 * <p><b>Time.</b> Every stage ends. A statement, and a transaction's wait for its next one, takes {@link Builder#timeout}
 * at most, and a second longer if the server is frozen or gone; listing, statistics, taking over and sweeping have ten
 * times that, and a thread of their own. Then the stages of that transaction fail, whether or not it was committed in the
 * end. When the source has no connection, all that waits fails at once. Later calls succeed when the trouble is over,
 * without a restart.
 *
 * <p>Stages complete on the store's threads {@code mailstay-greylist-jdbc-N}. Tables are {@code mailstay_entry},
 * {@code mailstay_counter} and {@code mailstay_meta}, in the schema that comes first in the connections' search path; the
 * first store to open makes them. They never hold an address or a key, only keyed hashes, times and counts.
 */
public final class JdbcGreylistStore implements GreylistStore {
    /** How long {@link #close} waits for what is queued. */
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);

    /** Rows taken over in one transaction: their locks keep others waiting. */
    private static final int MERGE_STEP = 1000;

    private final Lane keys;
    private final Lane slow;
    private final Sweep sweep = new Sweep();

    JdbcGreylistStore(Lane keys, Lane slow) {
        this.keys = keys;
        this.slow = slow;
    }

    /**
     * A builder with the usual limits.
     *
     * @param source where connections come from
     * @param keyFingerprint {@link io.github.mailstay.greylist.GreylistKeys#fingerprint} of the keys this store will be
     *     given: it is kept in the database, which opens with no other
     */
    public static Builder builder(DataSource source, String keyFingerprint) {
        return new Builder(source, keyFingerprint);
    }

    @Override
    public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
        return keys.submit(Work.on(key, session -> Statements.record(session, key, attempt)));
    }

    @Override
    public CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl) {
        Tally.checkTimes(minGap, ttl);
        long at = now.toEpochMilli();
        long gap = minGap.toMillis();
        long life = ttl.toMillis();
        return keys.submit(Work.on(key, session -> Statements.tally(session, key, at, gap, life)));
    }

    /** As {@link GreylistStore#visit}; all of it in one transaction, and rarely in more than one statement. */
    @Override
    public CompletionStage<Visited> visit(Visit visit) {
        visit.deferrals().ifPresent(count -> Tally.checkTimes(count.minGap(), count.ttl()));
        return keys.submit(new VisitWork(visit));
    }

    @Override
    public CompletionStage<Optional<GreylistEntry>> find(GreylistKey key) {
        return keys.submit(Work.on(key, session -> Statements.find(session, key)));
    }

    @Override
    public CompletionStage<Optional<Tally>> find(CounterKey key) {
        return keys.submit(Work.on(key, session -> Statements.find(session, key)));
    }

    @Override
    public CompletionStage<Boolean> forget(GreylistKey key) {
        return keys.submit(Work.on(key, session -> Statements.forget(session, key)));
    }

    @Override
    public CompletionStage<Boolean> forget(CounterKey key) {
        return keys.submit(Work.on(key, session -> Statements.forget(session, key)));
    }

    /** As {@link GreylistStore#merge}; in transactions of 1000 rows, so what fails may be done in part. */
    @Override
    public CompletionStage<Integer> merge(List<Page.Row> rows) {
        if (rows.size() > MAX_PAGE) {
            throw new IllegalArgumentException(rows.size() + " rows are more than " + MAX_PAGE);
        }
        List<Page.Row> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(row -> row.key().tuple()));
        CompletableFuture<Integer> sum = CompletableFuture.completedFuture(0);
        int from = 0;
        do {
            List<Page.Row> step = sorted.subList(from, Math.min(from + MERGE_STEP, sorted.size()));
            sum = sum.thenCombine(slow.submit(Work.onMany(session -> mergeAll(session, step))), Integer::sum);
            from += MERGE_STEP;
        } while (from < sorted.size());
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        var unused = sum.whenComplete((unknown, trouble) -> {
            if (trouble == null) {
                answer.complete(unknown);
            } else {
                // As it was thrown, without what the sum wrapped it in.
                Throwable cause = trouble.getCause();
                answer.completeExceptionally(trouble instanceof CompletionException && cause != null ? cause : trouble);
            }
        });
        return answer;
    }

    private static int mergeAll(Session session, List<Page.Row> rows) throws SQLException {
        int unknown = 0;
        for (Page.Row row : rows) {
            unknown += Statements.merge(session, row) ? 1 : 0;
        }
        return unknown;
    }

    @Override
    public CompletionStage<Page> list(Cursor from, int max) {
        if (max < 1 || max > MAX_PAGE) {
            throw new IllegalArgumentException("max is " + max + ", not within 1 and " + MAX_PAGE);
        }
        Optional<Hash128> after = from.tuple();
        return slow.submit(Work.onMany(session -> Statements.list(session, after, max)));
    }

    @Override
    public CompletionStage<StoreStats> stats() {
        return slow.submit(Work.onMany(Statements::stats));
    }

    @Override
    public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
        if (maxRows < 1) {
            throw new IllegalArgumentException("maxRows is " + maxRows + ", not at least 1");
        }
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("budget is " + budget + ", not above zero");
        }
        long at = now.toEpochMilli();
        return slow.submit(Work.onMany(session -> sweep.slice(session, at, maxRows, budget)));
    }

    /**
     * Finishes what is queued, for 10 seconds at most; what is not finished by then fails. The source stays open.
     * Idempotent.
     */
    @Override
    public void close() {
        long end = System.nanoTime() + CLOSE_BOUND.toNanos();
        keys.shutDown();
        slow.shutDown();
        keys.close(CLOSE_BOUND);
        slow.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");
        private static final int SLOWER = 10;
        private static final int SLOW_QUEUE_LIMIT = 100;

        private final DataSource source;
        private final String keyFingerprint;
        private String name = "the greylist's database";
        private int threads = 4;
        private int queueLimit = 10_000;
        private int batchLimit = 500;
        private Duration timeout = Duration.ofSeconds(2);

        private Builder(DataSource source, String keyFingerprint) {
            if (!FINGERPRINT.matcher(keyFingerprint).matches()) {
                throw new IllegalArgumentException("keyFingerprint is not 16 hexadecimal digits");
            }
            this.source = source;
            this.keyFingerprint = keyFingerprint;
        }

        /** What messages call the database: "the greylist's database" unless set. It must hold no secret. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /**
         * How many transactions may be under way at once, each with a thread and a connection; 4 unless set. One more
         * serves what is slow.
         *
         * @throws IllegalArgumentException if it is not within 1 and 64
         */
        public Builder threads(int value) {
            threads = checked("threads", value, 64);
            return this;
        }

        /**
         * How many calls may wait; 10,000 unless set, and always 100 of those that read or change many entries. Beyond
         * that a call fails at once, with {@link StoreException.Reason#OVERLOADED}.
         *
         * @throws IllegalArgumentException if it is not within 1 and 1,000,000
         */
        public Builder queueLimit(int value) {
            queueLimit = checked("queueLimit", value, 1_000_000);
            return this;
        }

        /**
         * How many calls share a transaction at most; 500 unless set.
         *
         * @throws IllegalArgumentException if it is not within 1 and 10,000
         */
        public Builder batchLimit(int value) {
            batchLimit = checked("batchLimit", value, 10_000);
            return this;
        }

        /**
         * How long a statement may take; 2 seconds unless set.
         *
         * @throws IllegalArgumentException if it is not within 10 ms and one minute
         */
        public Builder timeout(Duration value) {
            if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException("timeout is " + value + ", not within 10 ms and 1 minute");
            }
            timeout = value;
            return this;
        }

        /**
         * Opens the store, which means to ask the database, and to make its tables if they are not there.
         *
         * @throws StoreException if its tables are of another version or another key, or it is no database known here
         *     ({@link StoreException.Reason#MISMATCH}), or if it cannot be reached or used
         *     ({@link StoreException.Reason#FAILED})
         */
        public JdbcGreylistStore open() {
            try {
                Transactions transactions = new Transactions(source, dialect());
                Duration slowTimeout = timeout.multipliedBy(SLOWER);
                transactions.run(slowTimeout, session -> Schema.open(session, name, keyFingerprint));
                Health health = new Health(name);
                String thread = "mailstay-greylist-jdbc";
                Lane.Size many = new Lane.Size(threads, queueLimit, batchLimit, timeout);
                Lane.Size one = new Lane.Size(1, SLOW_QUEUE_LIMIT, 1, slowTimeout);
                return new JdbcGreylistStore(
                        new Lane(name, thread, transactions, health, many),
                        new Lane(name, thread + "-slow", transactions, health, one));
            } catch (SQLException e) {
                throw Failures.failed(name, e);
            }
        }

        private Dialect dialect() throws SQLException {
            try (Connection connection = NoConnectionException.connect(source)) {
                return Dialect.of(connection.getMetaData().getDatabaseProductName());
            } catch (IllegalArgumentException e) {
                throw new StoreException(StoreException.Reason.MISMATCH, name + ": " + e.getMessage(), e);
            }
        }

        private static int checked(String setting, int value, int most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(setting + " is " + value + ", not within 1 and " + most);
            }
            return value;
        }
    }
}
