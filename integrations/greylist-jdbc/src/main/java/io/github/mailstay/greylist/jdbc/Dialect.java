// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * What one kind of database says in words of its own: the statements that no standard has, and what its errors mean.
 * Everything else ({@link Statements}, {@link Sweep}) is plain SQL with LIMIT. Stateless.
 *
 * <p>Each of {@link #record}, {@link #tally}, {@link #visit} and {@link #merge} must be one statement that is atomic a key
 * even if the row appears or changes meanwhile. Parameters are numbered from 1, all {@code bigint} but the first one or two.
 */
interface Dialect {
    /**
     * The one that a database speaks, by the name its driver gives it.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Dialect of(String product) {
        if (product.equals("PostgreSQL")) {
            return new PostgresDialect();
        }
        throw new IllegalArgumentException("it is " + product + ", and only PostgreSQL is known here");
    }

    /**
     * What is said first in each transaction: that statements see what was committed before each of them, and that
     * neither a statement of it nor its locks outlive this time on the server, whatever becomes of the client.
     */
    String begin(Duration limit);

    /** A query whose one value tells whether there is a table {@code mailstay_meta}. */
    String hasTables();

    /** Makes whoever says it second wait until the first one's transaction is over. */
    String lockTables();

    /** What makes the tables. */
    List<String> createTables();

    /**
     * {@link io.github.mailstay.greylist.GreylistRules#next}: 1 tuple, 2 client, 3 now, 4 now, 5 now + retry window,
     * 6 delay, 7 lifetime, 8 and 9 delay. Returns the columns of {@link Rows#ENTRY}.
     */
    String record();

    /**
     * {@link io.github.mailstay.greylist.Tally#next}: 1 id, 2 now, 3 now, 4 now + time to live, 5 to 7 smallest gap.
     * Returns the columns of {@link Rows#TALLY}.
     */
    String tally();

    /**
     * Many visits, of different keys and different counters, but the same times: whether the client is trusted, else what
     * {@link #record} does, and what {@link #tally} does if the try is deferred, or if the mail passes and there is such a
     * counter: that is to be deleted then. Locks all entries in their order, then all counters in theirs. 1 passes needed,
     * 2 tuples, 3 clients, 4 now, 5 ids of the counters of passes, 6 ids of the counters of deferrals (arrays, the last two
     * with nulls where there is none), 7 retry window, 8 delay, 9 lifetime, 10 and 11 delay, 12 time to live, 13 to 15
     * smallest gap. Returns in any order the columns of {@link Rows#ENTRY}, those of {@link Rows#TALLY}, the number of the
     * visit in the arrays, from 1, and whether the client is trusted.
     */
    String visit();

    /**
     * {@link io.github.mailstay.greylist.GreylistRules#merge}: 1 tuple, 2 client, 3 first seen, 4 last seen, 5 expires
     * at, 6 tries, 7 passes. Returns whether the entry was not known; no row if the one that is known stays as it is.
     */
    String merge();

    /**
     * Deletes what has expired between two keys, and leaves out, rather than waits for, what others are changing: 1
     * behind this key, 2 up to this key, 3 now.
     */
    String sweep(String table, String key);

    /** Whether nothing was done because of what others did at the same time: to be tried again. */
    boolean isCollision(SQLException trouble);

    /** Whether the server at the other end takes no writes (any more): a connection to be given up. */
    boolean isReadOnly(SQLException trouble);
}
