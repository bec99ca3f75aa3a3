// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.greylist.store.GreylistStore;

/**
 * A store, and what it was opened from and does not close itself, such as a pool of connections.
 *
 * @param store to be closed first
 * @param source to be closed behind it
 */
record OpenedStore(GreylistStore store, Runnable source) implements AutoCloseable {
    /** A store that is closed alone. */
    static OpenedStore of(GreylistStore store) {
        return new OpenedStore(store, () -> {});
    }

    @Override
    public void close() {
        try {
            store.close();
        } finally {
            source.run();
        }
    }
}
