// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction on a connection of the embedder's, which gets it back as it was: with its autocommit and its network
 * timeout, in no transaction. For one thread.
 *
 * <p>Two limits see to it that it ends. The server ends a statement that takes longer than the time allowed
 * ({@link Dialect#begin}); and a read from the network ends a second later, if the server is frozen or gone. There is no
 * {@link Statement#setQueryTimeout}: that sends a cancel request, which may arrive late, when COMMIT waits for a standby
 * already; PostgreSQL then reports a commit as done that the standby lacks. A COMMIT that takes too long is ended by the
 * network timeout only, and counts as failed.
 */
final class Session implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JdbcGreylistStore.class);
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Connection connection;
    private final Dialect dialect;
    private final long end;
    private final boolean wasAutoCommit;
    private final int oldNetworkTimeout;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final String beginning;
    private boolean begun;

    private Session(Connection connection, Dialect dialect, Duration limit) throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        end = System.nanoTime() + limit.toNanos();
        beginning = dialect.begin(limit);
        wasAutoCommit = connection.getAutoCommit();
        oldNetworkTimeout = connection.getNetworkTimeout();
    }

    /**
     * Begins one.
     *
     * @param limit how long a statement may take, and how old a transaction may be when its last statement begins
     * @throws NoConnectionException if the source has no connection to give
     */
    static Session begin(DataSource source, Dialect dialect, Duration limit) throws SQLException {
        Connection connection = NoConnectionException.connect(source);
        Session session;
        try {
            session = new Session(connection, dialect, limit);
        } catch (SQLException | RuntimeException | Error e) {
            closeQuietly(connection);
            throw e;
        }
        try {
            session.prepare(limit);
            return session;
        } catch (SQLException e) {
            session.giveUpIfUseless(e);
            session.close();
            throw e;
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    private void prepare(Duration limit) throws SQLException {
        connection.setNetworkTimeout(
                Runnable::run, Math.toIntExact(limit.plus(GRACE).toMillis()));
        if (wasAutoCommit) {
            connection.setAutoCommit(false);
        } else {
            connection.rollback(); // whatever somebody left open, so that the next statement is the first
        }
    }

    Dialect dialect() {
        return dialect;
    }

    /** The statement of this text, ready for parameters; made once a session. */
    PreparedStatement statement(String sql) throws SQLException {
        checkTime();
        begin();
        return prepared(sql);
    }

    /**
     * As {@link #statement}, for {@link #rows} only: if it is the first, what begins the transaction goes in front of it, which
     * saves a way to the server and back.
     */
    PreparedStatement firstStatement(String sql) throws SQLException {
        checkTime();
        String text = begun ? sql : beginning + "; " + sql;
        begun = true;
        return prepared(text);
    }

    /** The rows of a statement, behind what it has in front. */
    ResultSet rows(PreparedStatement statement) throws SQLException {
        boolean isRows = statement.execute();
        while (!isRows) {
            if (statement.getUpdateCount() < 0) {
                throw new SQLException("the statement gives no rows");
            }
            isRows = statement.getMoreResults();
        }
        return statement.getResultSet();
    }

    private void checkTime() throws SQLTimeoutException {
        if (System.nanoTime() - end > 0) {
            throw new SQLTimeoutException("the transaction takes too long");
        }
    }

    private void begin() throws SQLException {
        if (!begun) {
            begun = true;
            run(beginning);
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = prepared.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            prepared.put(sql, known);
        }
        return known;
    }

    /** Values of this type as a parameter. */
    Array array(String type, @Nullable Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }

    void execute(String sql) throws SQLException {
        begin();
        run(sql);
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            var unused = statement.execute(sql);
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    /** Closes a connection for good, if its server is none to come back to; a pool would hand it out again. */
    void giveUpIfUseless(SQLException trouble) {
        if (dialect.isReadOnly(trouble)) {
            abort();
        }
    }

    /** Rolls back what was not committed, and gives the connection back. */
    @Override
    public void close() {
        try {
            for (PreparedStatement statement : prepared.values()) {
                statement.close();
            }
            connection.rollback();
            if (wasAutoCommit) {
                connection.setAutoCommit(true);
            }
            connection.setNetworkTimeout(Runnable::run, oldNetworkTimeout);
        } catch (SQLException | RuntimeException e) {
            // Not as it was, so nobody must get it again.
            log.debug("greylist: a connection is given up", e);
            abort();
        } finally {
            closeQuietly(connection);
        }
    }

    private void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            log.debug("greylist: a connection could not be given up", e);
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            log.debug("greylist: a connection could not be given back", e);
        }
    }
}
