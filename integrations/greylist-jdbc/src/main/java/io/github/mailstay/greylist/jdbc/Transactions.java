// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * What runs transactions, each on a connection of its own, again if it collided with another one. Thread-safe.
 *
 * <p>Only what surely was rolled back is tried again. A commit whose answer was lost is not: it may have been done, and
 * a try must not count twice.
 */
final class Transactions {
    private static final int TRIES = 3;

    private final DataSource source;
    private final Dialect dialect;

    /** What to do in a transaction; perhaps more than once. */
    interface Body {
        void run(Session session) throws SQLException;
    }

    Transactions(DataSource source, Dialect dialect) {
        this.source = source;
        this.dialect = dialect;
    }

    /** Does it; when this returns it is committed, and when this throws it is not, or nobody knows. */
    void run(Duration limit, Body body) throws SQLException {
        for (int left = TRIES - 1; ; left--) {
            try (Session session = Session.begin(source, dialect, limit)) {
                runOnce(session, body);
                return;
            } catch (SQLException e) {
                if (left == 0 || !dialect.isCollision(e)) {
                    throw e;
                }
            }
        }
    }

    private static void runOnce(Session session, Body body) throws SQLException {
        try {
            body.run(session);
            session.commit();
        } catch (SQLException e) {
            session.giveUpIfUseless(e);
            throw e;
        }
    }
}
