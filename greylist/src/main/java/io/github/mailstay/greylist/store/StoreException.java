// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import org.jspecify.annotations.Nullable;

/** A store that cannot do what it was asked. The message is for operators and never holds a key or an address. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** What kind of trouble it is. */
    public enum Reason {
        /** The store was closed. */
        CLOSED,
        /** Too much is waiting already; later calls may succeed. */
        OVERLOADED,
        /** Another process or another store object has it open. */
        IN_USE,
        /** What lies there is not this store's: another format, a newer version, another secret key. */
        MISMATCH,
        /** What lies there is damaged; only an operator, or a setting to that end, can help. */
        CORRUPT,
        /** The engine beneath reported an error; later calls may succeed. */
        FAILED
    }

    /** With what kind of trouble it is, and a message for operators. */
    public StoreException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** With what kind of trouble it is, a message for operators, and what caused it. */
    public StoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What kind of trouble it is. */
    public Reason reason() {
        return reason;
    }
}
