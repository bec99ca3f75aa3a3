// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Tally;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** What the rows of the tables are as values. Stateless. */
final class Rows {
    /** The columns that {@link #entry} reads, from the first on. */
    static final String ENTRY = "first_seen, last_seen, expires_at, tries, passes";

    /** The columns that {@link #tally} reads, from the first or any other on. */
    static final String TALLY = "events, first_counted, last_counted, expires_at";

    private Rows() {}

    static GreylistEntry entry(ResultSet row) throws SQLException {
        return new GreylistEntry(time(row, 1), time(row, 2), time(row, 3), row.getLong(4), row.getLong(5));
    }

    static Tally tally(ResultSet row) throws SQLException {
        return tally(row, 1);
    }

    static Tally tally(ResultSet row, int first) throws SQLException {
        return new Tally(row.getLong(first), time(row, first + 1), time(row, first + 2), time(row, first + 3));
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }
}
