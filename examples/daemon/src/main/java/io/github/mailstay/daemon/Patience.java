// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.greylist.store.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How long the first opening of a store may take in all: a database that has just been started, or on a busy machine,
 * gives no connection for a while. What waiting does not help fails at once. Immutable.
 *
 * @param limit after this long no further attempt begins
 */
record Patience(Duration limit) {
    private static final long PAUSE_MILLIS = 100;

    <T> T open(Supplier<T> opening) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return opening.get();
            } catch (StoreException e) {
                if (!isWorthWaiting(e) || System.nanoTime() - end >= 0 || !pause()) {
                    throw e;
                }
            }
        }
    }

    private static boolean isWorthWaiting(StoreException trouble) {
        if (trouble.reason() != StoreException.Reason.FAILED) {
            return false;
        }
        for (Throwable cause = trouble.getCause(); cause != null; cause = cause.getCause()) {
            // 28: the password is wrong, or that user may not; 3D: there is no such database.
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && sql.getSQLState().matches("(28|3D).*")) {
                return false;
            }
        }
        return true;
    }

    /** Whether to go on: not if somebody wants this thread to end. */
    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
