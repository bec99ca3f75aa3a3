// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** That a DataSource had no connection to give: the server is gone, or refuses us. */
final class NoConnectionException extends SQLException {
    private static final long serialVersionUID = 1;

    private NoConnectionException(Exception cause, String state) {
        super("no connection: " + cause.getMessage(), state, cause);
    }

    /** A connection of this source. Pools also throw what is no {@link SQLException}. */
    static Connection connect(DataSource source) throws NoConnectionException {
        try {
            return source.getConnection();
        } catch (SQLException e) {
            throw new NoConnectionException(e, e.getSQLState() == null ? "08001" : e.getSQLState());
        } catch (RuntimeException e) {
            throw new NoConnectionException(e, "08001");
        }
    }
}
