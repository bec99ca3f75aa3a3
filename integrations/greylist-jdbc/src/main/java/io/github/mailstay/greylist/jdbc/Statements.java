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
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.StoreStats;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a store asks of its tables, each with one statement. Stateless; the session is the caller's. */
final class Statements {
    private static final String FORGET_COUNTER = "DELETE FROM mailstay_counter WHERE id = ?";

    private Statements() {}

    static Sighting record(Session session, GreylistKey key, Attempt attempt) throws SQLException {
        long now = attempt.now().toEpochMilli();
        long delay = attempt.delay().toMillis();
        PreparedStatement record = session.statement(session.dialect().record());
        record.setBytes(1, key.tuple().toBytes());
        record.setBytes(2, key.client().toBytes());
        record.setLong(3, now);
        record.setLong(4, now);
        record.setLong(5, now + attempt.retryWindow().toMillis());
        record.setLong(6, delay);
        record.setLong(7, attempt.lifetime().toMillis());
        record.setLong(8, delay);
        record.setLong(9, delay);
        try (ResultSet row = record.executeQuery()) {
            row.next();
            return Sighting.of(Rows.entry(row), attempt);
        }
    }

    static Tally tally(Session session, CounterKey key, long now, long minGap, long ttl) throws SQLException {
        PreparedStatement tally = session.statement(session.dialect().tally());
        tally.setBytes(1, id(key));
        tally.setLong(2, now);
        tally.setLong(3, now);
        tally.setLong(4, now + ttl);
        tally.setLong(5, minGap);
        tally.setLong(6, minGap);
        tally.setLong(7, minGap);
        try (ResultSet row = tally.executeQuery()) {
            row.next();
            return Rows.tally(row);
        }
    }

    /** Whether the entry was not known. */
    static boolean merge(Session session, Page.Row from) throws SQLException {
        GreylistEntry entry = from.entry();
        PreparedStatement merge = session.statement(session.dialect().merge());
        merge.setBytes(1, from.key().tuple().toBytes());
        merge.setBytes(2, from.key().client().toBytes());
        merge.setLong(3, entry.firstSeen().toEpochMilli());
        merge.setLong(4, entry.lastSeen().toEpochMilli());
        merge.setLong(5, entry.expiresAt().toEpochMilli());
        merge.setLong(6, entry.tries());
        merge.setLong(7, entry.passes());
        try (ResultSet row = merge.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    static boolean forget(Session session, GreylistKey key) throws SQLException {
        PreparedStatement delete = session.statement("DELETE FROM mailstay_entry WHERE tuple = ?");
        delete.setBytes(1, key.tuple().toBytes());
        return delete.executeUpdate() > 0;
    }

    static boolean forget(Session session, CounterKey key) throws SQLException {
        PreparedStatement delete = session.statement(FORGET_COUNTER);
        delete.setBytes(1, id(key));
        return delete.executeUpdate() > 0;
    }

    /** Forgets counters that this transaction has locked already, so that their order does not matter. */
    static void forgetLocked(Session session, List<CounterKey> keys) throws SQLException {
        PreparedStatement delete = session.statement(FORGET_COUNTER);
        for (CounterKey key : keys) {
            delete.setBytes(1, id(key));
            delete.addBatch();
        }
        var unused = delete.executeBatch();
    }

    static Optional<GreylistEntry> find(Session session, GreylistKey key) throws SQLException {
        PreparedStatement query = session.statement("SELECT " + Rows.ENTRY + " FROM mailstay_entry WHERE tuple = ?");
        query.setBytes(1, key.tuple().toBytes());
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(Rows.entry(row)) : Optional.empty();
        }
    }

    static Optional<Tally> find(Session session, CounterKey key) throws SQLException {
        PreparedStatement query = session.statement("SELECT " + Rows.TALLY + " FROM mailstay_counter WHERE id = ?");
        query.setBytes(1, id(key));
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(Rows.tally(row)) : Optional.empty();
        }
    }

    static Page list(Session session, Optional<Hash128> after, int max) throws SQLException {
        PreparedStatement query = session.statement(
                "SELECT " + Rows.ENTRY + ", client, tuple FROM mailstay_entry WHERE tuple > ? ORDER BY tuple LIMIT ?");
        query.setBytes(1, after.map(Hash128::toBytes).orElse(new byte[0]));
        query.setInt(2, max + 1);
        List<Page.Row> rows = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                GreylistKey key = new GreylistKey(Hash128.of(row.getBytes(6)), Hash128.of(row.getBytes(7)));
                rows.add(new Page.Row(key, Rows.entry(row)));
            }
        }
        if (rows.size() <= max) {
            return new Page(rows, Optional.empty());
        }
        List<Page.Row> page = rows.subList(0, max);
        return new Page(page, Optional.of(Cursor.after(page.get(max - 1).key().tuple())));
    }

    static StoreStats stats(Session session) throws SQLException {
        PreparedStatement query = session.statement("SELECT count(*), coalesce(sum(CASE WHEN passes > 0 THEN 1 ELSE 0"
                + " END), 0), (SELECT count(*) FROM mailstay_counter) FROM mailstay_entry");
        try (ResultSet row = query.executeQuery()) {
            row.next();
            return new StoreStats(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }

    /** The 16 bytes of the hash, then the purpose. */
    static byte[] id(CounterKey key) {
        byte[] purpose = key.purpose().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Hash128.BYTES + purpose.length)
                .put(key.hash().toBytes())
                .put(purpose)
                .array();
    }
}
