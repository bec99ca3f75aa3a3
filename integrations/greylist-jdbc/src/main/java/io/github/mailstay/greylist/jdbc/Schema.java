// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The tables as such: made if they are not there, and looked at before anything is written to them. They lie where the
 * connections' search path leads first. Whoever may not create tables can be given ready ones. Stateless.
 */
final class Schema {
    /** The version of the tables. */
    static final int VERSION = 1;

    private static final String VERSION_KEY = "schema-version";
    private static final String FINGERPRINT_KEY = "key-fingerprint";

    private Schema() {}

    /**
     * Makes or checks them. Of two that come at once the second waits, and finds them made.
     *
     * @throws StoreException if they are of another version or another key
     */
    static void open(Session session, String name, String keyFingerprint) throws SQLException {
        if (!hasTables(session)) {
            session.execute(session.dialect().lockTables());
            if (!hasTables(session)) {
                create(session, keyFingerprint);
            }
        }
        String version = meta(session, VERSION_KEY);
        if (!version.equals(Integer.toString(VERSION))) {
            throw new StoreException(
                    Reason.MISMATCH,
                    name + " has tables of version " + version + "; this Mailstay knows version " + VERSION);
        }
        String found = meta(session, FINGERPRINT_KEY);
        if (!found.equals(keyFingerprint)) {
            throw new StoreException(
                    Reason.MISMATCH,
                    name + " was filled under another key: its fingerprint is " + found + ", that of the key is "
                            + keyFingerprint);
        }
    }

    private static void create(Session session, String keyFingerprint) throws SQLException {
        for (String statement : session.dialect().createTables()) {
            session.execute(statement);
        }
        PreparedStatement insert = session.statement("INSERT INTO mailstay_meta (name, value) VALUES (?, ?)");
        insert.setString(1, VERSION_KEY);
        insert.setString(2, Integer.toString(VERSION));
        insert.executeUpdate();
        insert.setString(1, FINGERPRINT_KEY);
        insert.setString(2, keyFingerprint);
        insert.executeUpdate();
    }

    private static boolean hasTables(Session session) throws SQLException {
        try (ResultSet row = session.statement(session.dialect().hasTables()).executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static String meta(Session session, String key) throws SQLException {
        PreparedStatement query = session.statement("SELECT value FROM mailstay_meta WHERE name = ?");
        query.setString(1, key);
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? row.getString(1) : "none";
        }
    }
}
