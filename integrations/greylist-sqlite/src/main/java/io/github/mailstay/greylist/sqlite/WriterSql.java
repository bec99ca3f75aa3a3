// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The statements of the connection that writes, prepared once. For the writer's thread only.
 *
 * <p>{@link #record} is {@link io.github.mailstay.greylist.GreylistRules}, and {@link #tally} is
 * {@link io.github.mailstay.greylist.Tally#next}, each as one statement; tests hold them side by side. On the right of a
 * SET, columns have the values from before.
 */
final class WriterSql implements AutoCloseable {
    // ?1 tuple, ?2 client, ?3 now, ?4 delay, ?5 retry window, ?6 lifetime. A first_seen in the future is early too,
    // so "early" needs no min().
    private static final String RECORD = """
            INSERT INTO entry (tuple, client, first_seen, last_seen, expires_at, tries, passes)
            VALUES (?1, ?2, ?3, ?3, ?3 + ?5, 1, 0)
            ON CONFLICT (tuple) DO UPDATE SET
              first_seen = CASE WHEN ?3 > expires_at THEN ?3 ELSE min(first_seen, ?3) END,
              last_seen = ?3,
              expires_at = CASE WHEN ?3 > expires_at THEN ?3 + ?5
                                WHEN passes = 0 AND ?3 < first_seen + ?4 THEN min(first_seen, ?3) + ?5
                                ELSE ?3 + ?6 END,
              tries = CASE WHEN ?3 > expires_at THEN 1
                           WHEN passes = 0 AND ?3 < first_seen + ?4 THEN tries + 1
                           ELSE tries END,
              passes = CASE WHEN ?3 > expires_at OR (passes = 0 AND ?3 < first_seen + ?4) THEN 0
                            ELSE passes + 1 END
            RETURNING first_seen, expires_at, tries, passes""";

    // ?1 id, ?2 now, ?3 smallest gap, ?4 time to live.
    private static final String TALLY = """
            INSERT INTO entry (tuple, client, first_seen, last_seen, expires_at, tries, passes)
            VALUES (?1, x'', ?2, ?2, ?2 + ?4, 1, -1)
            ON CONFLICT (tuple) DO UPDATE SET
              first_seen = CASE WHEN ?2 > expires_at THEN ?2 ELSE min(first_seen, ?2) END,
              tries = CASE WHEN ?2 > expires_at THEN 1
                           WHEN ?2 < min(last_seen, ?2) + ?3 THEN tries
                           ELSE tries + 1 END,
              last_seen = CASE WHEN ?2 > expires_at OR ?2 >= min(last_seen, ?2) + ?3 THEN ?2
                               ELSE min(last_seen, ?2) END,
              expires_at = CASE WHEN ?2 > expires_at OR ?2 >= min(last_seen, ?2) + ?3 THEN ?2
                                ELSE min(last_seen, ?2) END + ?4
            RETURNING tries, first_seen, last_seen, expires_at""";

    // ?1 tuple, ?2 client, ?3 first seen, ?4 last seen, ?5 expires at, ?6 tries, ?7 passes. Of two generations the
    // later
    // counts. No row comes back if the known one does.
    private static final String MERGE = """
            INSERT INTO entry (tuple, client, first_seen, last_seen, expires_at, tries, passes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (tuple) DO UPDATE SET
              first_seen = CASE WHEN expires_at < ?3 THEN ?3 ELSE min(first_seen, ?3) END,
              last_seen = CASE WHEN expires_at < ?3 THEN ?4 ELSE max(last_seen, ?4) END,
              expires_at = CASE WHEN expires_at < ?3 THEN ?5 ELSE max(expires_at, ?5) END,
              tries = CASE WHEN expires_at < ?3 THEN ?6 ELSE max(tries, ?6) END,
              passes = CASE WHEN expires_at < ?3 THEN ?7 ELSE max(passes, ?7) END
            WHERE expires_at < ?3 OR ?5 >= first_seen""";

    private final Connection connection;
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement record;
    private final PreparedStatement tally;
    private final PreparedStatement isKnown;
    private final PreparedStatement merge;
    private final PreparedStatement isTrusted;
    private final PreparedStatement forget;

    WriterSql(Connection connection) throws SQLException {
        this.connection = connection;
        begin = connection.prepareStatement("BEGIN IMMEDIATE");
        commit = connection.prepareStatement("COMMIT");
        record = connection.prepareStatement(RECORD);
        tally = connection.prepareStatement(TALLY);
        isKnown = connection.prepareStatement("SELECT count(*) FROM entry WHERE tuple = ?");
        merge = connection.prepareStatement(MERGE);
        isTrusted =
                connection.prepareStatement("SELECT 1 FROM entry WHERE tuple = ? AND tries >= ? AND expires_at >= ?");
        forget = connection.prepareStatement("DELETE FROM entry WHERE tuple = ?");
    }

    Connection connection() {
        return connection;
    }

    void begin() throws SQLException {
        begin.executeUpdate();
    }

    void commit() throws SQLException {
        commit.executeUpdate();
    }

    /**
     * These statements as new, for after anything failed, in no transaction. Fresh ones, since sqlite-jdbc closes a
     * statement that failed.
     */
    WriterSql renewed() throws SQLException {
        try {
            Schema.run(connection, "ROLLBACK");
        } catch (SQLiteException e) {
            // There may be none: SQLite rolls back by itself after a full disk, say. That is a plain SQLITE_ERROR.
            if (e.getResultCode() != SQLiteErrorCode.SQLITE_ERROR) {
                throw e;
            }
        }
        close();
        return new WriterSql(connection);
    }

    Sighting record(GreylistKey key, Attempt attempt) throws SQLException {
        record.setBytes(1, key.tuple().toBytes());
        record.setBytes(2, key.client().toBytes());
        record.setLong(3, attempt.now().toEpochMilli());
        record.setLong(4, attempt.delay().toMillis());
        record.setLong(5, attempt.retryWindow().toMillis());
        record.setLong(6, attempt.lifetime().toMillis());
        // SQLite makes all changes before it hands out the first row of a RETURNING.
        try (ResultSet row = record.executeQuery()) {
            row.next();
            GreylistEntry entry = new GreylistEntry(
                    Instant.ofEpochMilli(row.getLong(1)),
                    attempt.now(),
                    Instant.ofEpochMilli(row.getLong(2)),
                    row.getLong(3),
                    row.getLong(4));
            return Sighting.of(entry, attempt);
        }
    }

    Tally tally(CounterKey key, long now, long minGap, long ttl) throws SQLException {
        tally.setBytes(1, id(key));
        tally.setLong(2, now);
        tally.setLong(3, minGap);
        tally.setLong(4, ttl);
        try (ResultSet row = tally.executeQuery()) {
            row.next();
            return Rows.tally(row);
        }
    }

    Visited visit(Visit visit) throws SQLException {
        Attempt attempt = visit.attempt();
        if (visit.trust().isPresent()
                && isTrusted(visit.trust().get(), attempt.now().toEpochMilli())) {
            endDeferral(visit);
            return Visited.TRUSTED;
        }
        Sighting sighting = record(visit.key(), attempt);
        if (sighting.passes()) {
            endDeferral(visit);
        }
        if (sighting.passes() || visit.deferrals().isEmpty()) {
            return new Visited(Optional.of(sighting), Optional.empty());
        }
        Visit.Deferrals count = visit.deferrals().get();
        Tally tally = tally(
                count.counter(),
                attempt.now().toEpochMilli(),
                count.minGap().toMillis(),
                count.ttl().toMillis());
        return new Visited(Optional.of(sighting), Optional.of(tally));
    }

    private void endDeferral(Visit visit) throws SQLException {
        if (visit.deferrals().isPresent()) {
            forget(visit.deferrals().get().counter());
        }
    }

    private boolean isTrusted(Visit.Trust trust, long now) throws SQLException {
        isTrusted.setBytes(1, id(trust.counter()));
        isTrusted.setLong(2, trust.needed());
        isTrusted.setLong(3, now);
        try (ResultSet row = isTrusted.executeQuery()) {
            return row.next();
        }
    }

    /** Whether the entry was not known. */
    boolean merge(Page.Row row) throws SQLException {
        byte[] tuple = row.key().tuple().toBytes();
        boolean known;
        isKnown.setBytes(1, tuple);
        try (ResultSet count = isKnown.executeQuery()) {
            known = count.next() && count.getLong(1) > 0;
        }
        GreylistEntry entry = row.entry();
        merge.setBytes(1, tuple);
        merge.setBytes(2, row.key().client().toBytes());
        merge.setLong(3, entry.firstSeen().toEpochMilli());
        merge.setLong(4, entry.lastSeen().toEpochMilli());
        merge.setLong(5, entry.expiresAt().toEpochMilli());
        merge.setLong(6, entry.tries());
        merge.setLong(7, entry.passes());
        merge.executeUpdate();
        return !known;
    }

    boolean forget(GreylistKey key) throws SQLException {
        forget.setBytes(1, key.tuple().toBytes());
        return forget.executeUpdate() > 0;
    }

    boolean forget(CounterKey key) throws SQLException {
        forget.setBytes(1, id(key));
        return forget.executeUpdate() > 0;
    }

    /** The 16 bytes of the hash, then the purpose. */
    static byte[] id(CounterKey key) {
        byte[] purpose = key.purpose().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Hash128.BYTES + purpose.length)
                .put(key.hash().toBytes())
                .put(purpose)
                .array();
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement :
                new PreparedStatement[] {begin, commit, record, tally, isKnown, merge, isTrusted, forget}) {
            statement.close();
        }
    }
}
