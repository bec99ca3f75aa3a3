// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.Swept;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Where housekeeping has got to in the key space, and how it takes the next slice: a range of keys, first counted, and
 * only if something in it has expired, deleted from. For the writer's thread only.
 */
final class Sweep {
    /** A place: which table, behind which key. */
    record Place(int table, Key after) {}

    /** A key as bytes; a class of its own since records must hold no arrays. */
    static final class Key {
        static final Key NONE = new Key(new byte[0]);
        final byte[] bytes;

        Key(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** Rows between two looks at the time budget. */
    private static final int STEP = 250;

    /**
     * Rows that a slice removes at most. The budget does not see the commit, which takes the longer the more pages were
     * changed: with 3000 rows the slowest slice in a hundred took 11 ms, waiting included, with 1000 about 6 ms.
     */
    private static final int MOST_REMOVED = 500;

    private static final Place START = new Place(0, Key.NONE);
    private static final String[][] TABLES = {{"entry", "tuple"}, {"counter", "id"}};

    private Place place = START;

    /** Work that takes the next slice. */
    Work<Swept> slice(long now, int maxRows, long budgetNanos) {
        return new Work<>() {
            private Place reached = START;

            @Override
            Swept apply(WriterSql sql) throws SQLException {
                long until = System.nanoTime() + budgetNanos;
                long examined = 0;
                long removed = 0;
                reached = place;
                do {
                    int rows = (int) Math.min(STEP, maxRows - examined);
                    Swept step = step(sql.connection(), now, rows);
                    examined += step.examined();
                    removed += step.removed();
                    if (step.complete()) {
                        return new Swept(examined, removed, true);
                    }
                } while (examined < maxRows && removed <= MOST_REMOVED - STEP && System.nanoTime() - until < 0);
                return new Swept(examined, removed, false);
            }

            private Swept step(Connection connection, long now, int rows) throws SQLException {
                int table = reached.table();
                Range range = range(connection, reached, now, rows);
                long removed = range.expired == 0 ? 0 : delete(connection, reached, range.last, now);
                if (range.examined == rows) {
                    reached = new Place(table, range.last);
                    return new Swept(range.examined, removed, false);
                }
                boolean end = table == TABLES.length - 1;
                reached = end ? START : new Place(table + 1, Key.NONE);
                return new Swept(range.examined, removed, end);
            }

            @Override
            boolean alone() {
                return true;
            }

            @Override
            void committed() {
                place = reached;
            }
        };
    }

    private record Range(long examined, long expired, Key last) {}

    private static Range range(Connection connection, Place from, long now, int rows) throws SQLException {
        String table = TABLES[from.table()][0];
        String key = TABLES[from.table()][1];
        String sql = "SELECT count(*), total(expires_at < ?), max(" + key + ") FROM (SELECT " + key
                + ", expires_at FROM " + table + " WHERE " + key + " > ? ORDER BY " + key + " LIMIT ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, now);
            statement.setBytes(2, from.after().bytes);
            statement.setInt(3, rows);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                byte[] last = row.getBytes(3);
                return new Range(row.getLong(1), row.getLong(2), last == null ? Key.NONE : new Key(last));
            }
        }
    }

    private static long delete(Connection connection, Place from, Key to, long now) throws SQLException {
        String table = TABLES[from.table()][0];
        String key = TABLES[from.table()][1];
        String sql = "DELETE FROM " + table + " WHERE " + key + " > ? AND " + key + " <= ? AND expires_at < ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, from.after().bytes);
            statement.setBytes(2, to.bytes);
            statement.setLong(3, now);
            return statement.executeUpdate();
        }
    }
}
