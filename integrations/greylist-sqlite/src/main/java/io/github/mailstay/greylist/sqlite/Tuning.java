// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

/** What SQLite is told about speed, memory and safety, all in one place. */
final class Tuning {
    /** How long to wait for somebody else's lock, say of an administrator's shell; then the batch fails. */
    static final int BUSY_MILLIS = 2000;

    static final String[] WRITER = {
        // Hashes fall on random pages, so each row of a commit writes one to the log. Smaller pages measured no better.
        "PRAGMA page_size = 4096",
        // One fsync of the log for each commit, before anybody is answered.
        "PRAGMA synchronous = FULL",
        // 32 MiB of log: a page that many commits touch is copied into the file once. A checkpoint takes some 0.1 s.
        "PRAGMA wal_autocheckpoint = 8000",
        "PRAGMA journal_size_limit = 67108864",
        // 8 MiB; the operating system caches the file as well.
        "PRAGMA cache_size = -8192",
        "PRAGMA temp_store = MEMORY",
    };

    static final String[] READER = {"PRAGMA cache_size = -1024", "PRAGMA temp_store = MEMORY"};

    private Tuning() {}
}
