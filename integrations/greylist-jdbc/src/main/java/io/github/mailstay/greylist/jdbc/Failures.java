// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.sql.SQLException;
import java.util.Locale;

/**
 * What is said of trouble with the database. Only the first line of a server's message: those behind it may show a row.
 * And no message that holds a password, as those do in which a driver shows a whole URL. Stateless.
 */
final class Failures {
    private static final int DEPTH = 20;

    private Failures() {}

    static StoreException failed(String name, Throwable trouble) {
        if (holdsPassword(trouble)) {
            return new StoreException(Reason.FAILED, name + ": the driver's message is not shown: it holds a password");
        }
        String line = firstLine(trouble);
        String state =
                trouble instanceof SQLException sql && sql.getSQLState() != null ? " (" + sql.getSQLState() + ")" : "";
        return new StoreException(Reason.FAILED, name + ": " + line + state, trouble);
    }

    static StoreException closed(String name) {
        return new StoreException(Reason.CLOSED, name + " is closed");
    }

    private static String firstLine(Throwable trouble) {
        String message = trouble.getMessage();
        return message == null
                ? trouble.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    private static boolean holdsPassword(Throwable trouble) {
        Throwable each = trouble;
        for (int depth = 0; each != null && depth < DEPTH; depth++) {
            String message = each.getMessage();
            if (message != null && message.toLowerCase(Locale.ROOT).contains("password=")) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }
}
