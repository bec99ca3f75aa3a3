// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.testkit.real.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Places for a store's tables in a private PostgreSQL, each a schema of its own, and ways to them. Thread-safe. */
final class Databases {
    static final String FINGERPRINT = "0123456789abcdef";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Databases() {}

    /** A schema that is new. */
    static String freshSchema(PostgresServer server) {
        String schema = "test_" + NUMBER.incrementAndGet();
        try (TestSource source = source("public", server.port())) {
            execute(source, "CREATE SCHEMA " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return schema;
    }

    /** A source for a schema that is new. */
    static TestSource fresh(PostgresServer server) {
        return source(freshSchema(server), server.port());
    }

    /** A source for a schema on the servers at these ports, and of them the one that takes writes. */
    static TestSource source(String schema, int... ports) {
        return new TestSource(url(ports), properties(schema), true);
    }

    static String url(int... ports) {
        StringBuilder hosts = new StringBuilder();
        for (int port : ports) {
            hosts.append(hosts.isEmpty() ? "" : ",").append("127.0.0.1:").append(port);
        }
        return "jdbc:postgresql://" + hosts + "/postgres";
    }

    static Properties properties(String schema) {
        Properties properties = new Properties();
        properties.setProperty("user", PostgresServer.LOGIN);
        properties.setProperty("password", PostgresServer.PASSWORD);
        properties.setProperty("currentSchema", schema);
        properties.setProperty("ApplicationName", schema);
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("loginTimeout", "2");
        properties.setProperty("targetServerType", "primary");
        properties.setProperty("hostRecheckSeconds", "1");
        return properties;
    }

    static void execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            var unused = statement.execute(sql);
        }
    }

    /** The first column of the first row, as text; empty if there is none. */
    static String query(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /** Waits until this holds of the server, within a minute. */
    static void await(DataSource source, String condition) throws Exception {
        for (int left = 1200; !query(source, "SELECT " + condition).equals("t"); left--) {
            if (left == 0) {
                throw new AssertionError("it does not come to: " + condition);
            }
            Thread.sleep(50);
        }
    }
}
