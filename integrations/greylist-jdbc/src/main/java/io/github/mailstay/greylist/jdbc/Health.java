// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import io.github.mailstay.greylist.store.StoreException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database works, which is logged when it ends and when it is so again. Thread-safe. */
final class Health {
    private static final Logger log = LoggerFactory.getLogger(JdbcGreylistStore.class);

    private final String name;
    private final AtomicBoolean failing = new AtomicBoolean();

    Health(String name) {
        this.name = name;
    }

    void failed(StoreException trouble) {
        if (failing.compareAndSet(false, true)) {
            log.warn("greylist: trouble with the database", trouble);
        }
    }

    void worked() {
        // Looked at first, since this is on the path of every commit.
        if (failing.get() && failing.compareAndSet(true, false)) {
            log.info("greylist: {} works again", name);
        }
    }
}
