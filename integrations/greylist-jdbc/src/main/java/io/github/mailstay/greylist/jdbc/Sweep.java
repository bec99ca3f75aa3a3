// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.store.Swept;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Where housekeeping has got to in the key space, and how it takes the next slice: a range of keys, first looked at, and
 * only if something in it has expired, deleted from. Each node has a place of its own; where two meet, each leaves out
 * what the other holds. For one thread at a time.
 */
final class Sweep {
    /** A place: which table, behind which key. */
    private record Place(int table, Key after) {}

    /** A key as bytes; a class of its own since records must hold no arrays. */
    private static final class Key {
        static final Key NONE = new Key(new byte[0]);
        final byte[] bytes;

        Key(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    private record Range(int examined, boolean hasExpired, Key last) {}

    /** Rows between two looks at the time budget. */
    private static final int STEP = 500;

    private static final Place START = new Place(0, Key.NONE);
    private static final String[][] TABLES = {{"mailstay_entry", "tuple"}, {"mailstay_counter", "id"}};

    // A slice that is rolled back has got ahead all the same: what it left is for the next round.
    private Place place = START;

    Swept slice(Session session, long now, int maxRows, Duration budget) throws SQLException {
        long until = System.nanoTime() + budget.toNanos();
        long examined = 0;
        long removed = 0;
        do {
            Swept step = step(session, now, (int) Math.min(STEP, maxRows - examined));
            examined += step.examined();
            removed += step.removed();
            if (step.complete()) {
                return new Swept(examined, removed, true);
            }
        } while (examined < maxRows && System.nanoTime() - until < 0);
        return new Swept(examined, removed, false);
    }

    private Swept step(Session session, long now, int rows) throws SQLException {
        Place from = place;
        Range range = range(session, from, now, rows);
        long removed = range.hasExpired ? delete(session, from, range.last, now) : 0;
        if (range.examined == rows) {
            place = new Place(from.table, range.last);
            return new Swept(range.examined, removed, false);
        }
        boolean end = from.table == TABLES.length - 1;
        place = end ? START : new Place(from.table + 1, Key.NONE);
        return new Swept(range.examined, removed, end);
    }

    private static Range range(Session session, Place from, long now, int rows) throws SQLException {
        String table = TABLES[from.table][0];
        String key = TABLES[from.table][1];
        PreparedStatement query = session.statement(
                "SELECT " + key + ", expires_at FROM " + table + " WHERE " + key + " > ? ORDER BY " + key + " LIMIT ?");
        query.setBytes(1, from.after.bytes);
        query.setInt(2, rows);
        int examined = 0;
        boolean hasExpired = false;
        byte[] last = from.after.bytes;
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                examined++;
                last = row.getBytes(1);
                hasExpired |= row.getLong(2) < now;
            }
        }
        return new Range(examined, hasExpired, new Key(last));
    }

    private static long delete(Session session, Place from, Key to, long now) throws SQLException {
        PreparedStatement delete =
                session.statement(session.dialect().sweep(TABLES[from.table][0], TABLES[from.table][1]));
        delete.setBytes(1, from.after.bytes);
        delete.setBytes(2, to.bytes);
        delete.setLong(3, now);
        return delete.executeUpdate();
    }
}
