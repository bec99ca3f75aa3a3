// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Tally;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/** What the rows of the tables are as values. Stateless. */
final class Rows {
    /** The columns that {@link #entry} reads, from the first on. */
    static final String ENTRY = "first_seen, last_seen, expires_at, tries, passes";

    /** The columns that {@link #tally} reads, from the first on. */
    static final String TALLY = "tries, first_seen, last_seen, expires_at";

    private Rows() {}

    static GreylistEntry entry(ResultSet row) throws SQLException {
        return new GreylistEntry(
                Instant.ofEpochMilli(row.getLong(1)),
                Instant.ofEpochMilli(row.getLong(2)),
                Instant.ofEpochMilli(row.getLong(3)),
                row.getLong(4),
                row.getLong(5));
    }

    static Tally tally(ResultSet row) throws SQLException {
        return new Tally(
                row.getLong(1),
                Instant.ofEpochMilli(row.getLong(2)),
                Instant.ofEpochMilli(row.getLong(3)),
                Instant.ofEpochMilli(row.getLong(4)));
    }
}
