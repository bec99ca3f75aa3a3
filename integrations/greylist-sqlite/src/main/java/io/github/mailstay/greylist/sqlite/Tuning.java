// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

/** What SQLite is told about speed, memory and safety, all in one place. */
final class Tuning {
    /** How long to wait for somebody else's lock, say of an administrator's shell; then the batch fails. */
    static final int BUSY_MILLIS = 2000;

    static final String[] WRITER = {
        "PRAGMA page_size = " + Integer.getInteger("t.page", 4096),
        // One fsync of the log for each commit, before anybody is answered.
        "PRAGMA synchronous = FULL",
        "PRAGMA wal_autocheckpoint = " + Integer.getInteger("t.ckpt", 8000),
        "PRAGMA journal_size_limit = 67108864",
        "PRAGMA cache_size = -" + Integer.getInteger("t.cache", 8192),
        "PRAGMA temp_store = MEMORY",
    };

    static final String[] READER = {"PRAGMA cache_size = -1024", "PRAGMA temp_store = MEMORY"};

    private Tuning() {}
}
