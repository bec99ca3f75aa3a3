// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Deque;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A source that keeps the connections it gets back, as pools do: it looks whether they live when it gives them out again,
 * and, unlike pools, repairs nothing in them. Thread-safe.
 */
final class TestSource implements DataSource, AutoCloseable {
    private final String url;
    private final Properties properties;
    private final boolean autoCommit;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger lent = new AtomicInteger();
    private final AtomicInteger mostLent = new AtomicInteger();

    TestSource(String url, Properties properties, boolean autoCommit) {
        this.url = url;
        this.properties = properties;
        this.autoCommit = autoCommit;
    }

    /** The most connections that were out at once. */
    int mostLent() {
        return mostLent.get();
    }

    /** The connections that are back; as the driver made them. */
    Deque<Connection> idle() {
        return idle;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = idle.poll();
        while (connection != null && !connection.isValid(1)) {
            connection.close();
            connection = idle.poll();
        }
        if (connection == null) {
            connection = DriverManager.getConnection(url, properties);
            connection.setAutoCommit(autoCommit);
        }
        mostLent.accumulateAndGet(lent.incrementAndGet(), Math::max);
        return lend(connection);
    }

    private Connection lend(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                TestSource.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        lent.decrementAndGet();
                        if (!connection.isClosed()) {
                            idle.push(connection);
                        }
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
