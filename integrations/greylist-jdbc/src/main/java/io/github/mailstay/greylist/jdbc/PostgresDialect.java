// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * PostgreSQL's words; made for version 15, nothing here is newer than 9.6. On the right of a SET, {@code e} and
 * {@code c} are the row from before, locked by then, and {@code excluded} is the row that the VALUES make.
 */
final class PostgresDialect implements Dialect {
    // "Mailstay" in ASCII. Advisory locks are a database's, so nobody outside it waits.
    private static final long LOCK = 0x4d61696c73746179L;

    // Times are milliseconds since 1970, UTC. No index but the key and some room on each page: updates then stay on
    // their page and touch no index.
    private static final List<String> TABLES = List.of(
            "CREATE TABLE mailstay_meta (name text PRIMARY KEY, value text NOT NULL)",
            "CREATE TABLE mailstay_entry (tuple bytea PRIMARY KEY, client bytea NOT NULL, first_seen bigint NOT NULL,"
                    + " last_seen bigint NOT NULL, expires_at bigint NOT NULL, tries bigint NOT NULL,"
                    + " passes bigint NOT NULL) WITH (fillfactor = 80)",
            // id is the 16 bytes of the hash, then the purpose.
            "CREATE TABLE mailstay_counter (id bytea PRIMARY KEY, events bigint NOT NULL,"
                    + " first_counted bigint NOT NULL, last_counted bigint NOT NULL, expires_at bigint NOT NULL)"
                    + " WITH (fillfactor = 80)");

    // 1 delay, 2 lifetime, 3 and 4 delay. excluded.last_seen is now. A first_seen in the future is early too, so
    // "early"
    // needs no least().
    private static final String TRY_AGAIN = """
            ON CONFLICT (tuple) DO UPDATE SET
              first_seen = CASE WHEN excluded.last_seen > e.expires_at THEN excluded.first_seen
                                ELSE least(e.first_seen, excluded.first_seen) END,
              last_seen = excluded.last_seen,
              expires_at = CASE WHEN excluded.last_seen > e.expires_at THEN excluded.expires_at
                                WHEN e.passes = 0 AND excluded.last_seen < e.first_seen + ?
                                  THEN least(e.first_seen, excluded.first_seen)
                                       + (excluded.expires_at - excluded.first_seen)
                                ELSE excluded.last_seen + ? END,
              tries = CASE WHEN excluded.last_seen > e.expires_at THEN 1
                           WHEN e.passes = 0 AND excluded.last_seen < e.first_seen + ? THEN e.tries + 1
                           ELSE e.tries END,
              passes = CASE WHEN excluded.last_seen > e.expires_at THEN 0
                            WHEN e.passes = 0 AND excluded.last_seen < e.first_seen + ? THEN 0
                            ELSE e.passes + 1 END
            """;

    private static final String RECORD = """
            INSERT INTO mailstay_entry AS e (tuple, client, first_seen, last_seen, expires_at, tries, passes)
            VALUES (?, ?, ?, ?, ?, 1, 0)
            """ + TRY_AGAIN + "RETURNING " + Rows.ENTRY;

    // 1 to 3 smallest gap. excluded.last_counted is now.
    private static final String COUNT_AGAIN = """
            ON CONFLICT (id) DO UPDATE SET
              events = CASE WHEN excluded.last_counted > c.expires_at THEN 1
                            WHEN excluded.last_counted < least(c.last_counted, excluded.last_counted) + ?
                              THEN c.events
                            ELSE c.events + 1 END,
              first_counted = CASE WHEN excluded.last_counted > c.expires_at THEN excluded.first_counted
                                   ELSE least(c.first_counted, excluded.first_counted) END,
              last_counted = CASE WHEN excluded.last_counted <= c.expires_at
                                    AND excluded.last_counted < least(c.last_counted, excluded.last_counted) + ?
                                    THEN least(c.last_counted, excluded.last_counted)
                                  ELSE excluded.last_counted END,
              expires_at = CASE WHEN excluded.last_counted <= c.expires_at
                                  AND excluded.last_counted < least(c.last_counted, excluded.last_counted) + ?
                                  THEN least(c.last_counted, excluded.last_counted)
                                       + (excluded.expires_at - excluded.last_counted)
                                ELSE excluded.expires_at END
            """;

    private static final String TALLY = """
            INSERT INTO mailstay_counter AS c (id, events, first_counted, last_counted, expires_at)
            VALUES (?, 1, ?, ?, ?)
            """ + COUNT_AGAIN + "RETURNING " + Rows.TALLY;

    // Rows are locked in the order in which the INSERTs get them: all entries by tuple, then all counters by id, since
    // the second ORDER BY waits for the whole first INSERT. A counter of mail that passes is locked in that order too,
    // by counting once more; whoever asked deletes it then. The sub-selects are scalar, not EXISTS, which may become a
    // scan of the whole table in a plan made when it was small. Those around the arrays hide their lengths from the
    // planner, so that one plan serves all of them.
    private static final String VISIT = """
            WITH asked AS (
              SELECT u.*, coalesce((SELECT t.events >= ? AND t.expires_at >= u.seen
                                    FROM mailstay_counter AS t WHERE t.id = u.trust), false) AS trusted
              FROM unnest((SELECT ?::bytea[]), (SELECT ?::bytea[]), (SELECT ?::bigint[]), (SELECT ?::bytea[]),
                          (SELECT ?::bytea[])) WITH ORDINALITY AS u (tuple, client, seen, trust, counter, number)),
            tried AS (
              INSERT INTO mailstay_entry AS e (tuple, client, first_seen, last_seen, expires_at, tries, passes)
              SELECT tuple, client, seen, seen, seen + ?, 1, 0 FROM asked WHERE NOT trusted ORDER BY tuple
            """ + TRY_AGAIN + """
              RETURNING tuple,\s""" + Rows.ENTRY + """
            ),
            outcome AS (
              SELECT * FROM asked LEFT JOIN tried USING (tuple)),
            counted AS (
              INSERT INTO mailstay_counter AS c (id, events, first_counted, last_counted, expires_at)
              SELECT counter, 1, seen, seen, seen + ? FROM outcome
              WHERE counter IS NOT NULL
                AND (passes = 0 OR (SELECT true FROM mailstay_counter AS k WHERE k.id = counter))
              ORDER BY counter
            """ + COUNT_AGAIN + """
              RETURNING\s""" + Rows.TALLY + """
            , id)
            SELECT first_seen, last_seen, o.expires_at, tries, passes,
                   events, first_counted, last_counted, n.expires_at, number, trusted
            FROM outcome AS o LEFT JOIN counted AS n ON n.id = o.counter""";

    // Of two generations the later counts. Only an inserted row has no xmax: an updated one was locked before.
    private static final String MERGE = """
            INSERT INTO mailstay_entry AS e (tuple, client, first_seen, last_seen, expires_at, tries, passes)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (tuple) DO UPDATE SET
              first_seen = CASE WHEN e.expires_at < excluded.first_seen THEN excluded.first_seen
                                ELSE least(e.first_seen, excluded.first_seen) END,
              last_seen = CASE WHEN e.expires_at < excluded.first_seen THEN excluded.last_seen
                               ELSE greatest(e.last_seen, excluded.last_seen) END,
              expires_at = CASE WHEN e.expires_at < excluded.first_seen THEN excluded.expires_at
                                ELSE greatest(e.expires_at, excluded.expires_at) END,
              tries = CASE WHEN e.expires_at < excluded.first_seen THEN excluded.tries
                           ELSE greatest(e.tries, excluded.tries) END,
              passes = CASE WHEN e.expires_at < excluded.first_seen THEN excluded.passes
                            ELSE greatest(e.passes, excluded.passes) END
            WHERE e.expires_at < excluded.first_seen OR excluded.expires_at >= e.first_seen
            RETURNING xmax = 0""";

    @Override
    public String begin(Duration limit) {
        // The isolation for each, since an embedder's default may be another, in which concurrent upserts fail.
        long millis = limit.toMillis();
        return "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = " + millis
                + "; SET LOCAL idle_in_transaction_session_timeout = " + millis;
    }

    @Override
    public String hasTables() {
        // Not to_regclass: it may answer from a cache of before we waited for whoever makes them.
        return "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = 'mailstay_meta'"
                + " AND schemaname = ANY (current_schemas(false)))";
    }

    @Override
    public String lockTables() {
        return "SELECT pg_advisory_xact_lock(" + LOCK + ")";
    }

    @Override
    public List<String> createTables() {
        return TABLES;
    }

    @Override
    public String record() {
        return RECORD;
    }

    @Override
    public String tally() {
        return TALLY;
    }

    @Override
    public String visit() {
        return VISIT;
    }

    @Override
    public String merge() {
        return MERGE;
    }

    @Override
    public String sweep(String table, String key) {
        return "DELETE FROM " + table + " WHERE " + key + " IN (SELECT " + key + " FROM " + table + " WHERE " + key
                + " > ? AND " + key + " <= ? AND expires_at < ? FOR UPDATE SKIP LOCKED)";
    }

    /** Serialization failure or deadlock. */
    @Override
    public boolean isCollision(SQLException trouble) {
        return hasState(trouble, "40001") || hasState(trouble, "40P01");
    }

    @Override
    public boolean isReadOnly(SQLException trouble) {
        return hasState(trouble, "25006");
    }

    private static boolean hasState(SQLException trouble, String state) {
        return state.equals(trouble.getSQLState());
    }
}
