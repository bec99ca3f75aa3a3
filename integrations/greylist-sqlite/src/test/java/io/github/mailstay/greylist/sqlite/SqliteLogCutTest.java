// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static io.github.mailstay.greylist.sqlite.Stored.NOON;
import static io.github.mailstay.greylist.sqlite.Stored.beside;
import static io.github.mailstay.greylist.sqlite.Stored.plain;
import static io.github.mailstay.greylist.sqlite.Stored.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log, cut off or changed anywhere in its last commits, as by a power failure: what is found is what was there after
 * some commit, never half of one, and nothing of the commits before is lost.
 */
class SqliteLogCutTest {
    private static final int COMMITS = 12;

    /** The format of the log: a header of 32 bytes, then frames of a header of 24 and a page. */
    private static final int HEADER = 32;

    private static final int FRAME = 24 + 4096;

    /** One sample in so many is opened as a store, the others by a plain connection that only reads. */
    private static final int STORE_EVERY = 400;

    /** Of the bytes inside a page; every one in the profile {@code long}. SQLite sums up a page as one. */
    private static final int EVERY = Boolean.getBoolean("mailstay.long") ? 1 : 7;

    @TempDir
    private Path directory;

    private byte[] database = {};
    private byte[] log = {};
    private final List<Map<Hash128, Page.Row>> history = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private int opened;

    @Test
    void aCutAnywhereLeavesAPrefix() throws Exception {
        makeHistory();
        int from = ends.get(ends.size() - 4);
        int before = 0;
        // Each byte around the edges of frames and in the headers.
        for (int cut = from; cut <= log.length; cut++) {
            int within = (cut - HEADER) % FRAME;
            if (within > 64 && within < FRAME - 16 && within % EVERY != 0) {
                continue;
            }
            int commits = commitsIn(Arrays.copyOf(log, cut));
            assertThat(commits).as("commits that survive a cut at %d", cut).isGreaterThanOrEqualTo(before);
            assertThat(commits).as("at %d", cut).isEqualTo(wholeCommits(cut));
            before = commits;
        }
        assertThat(before).isEqualTo(history.size() - 1);
    }

    @Test
    void aChangedByteAnywhereInTheLastCommitTakesBackNoOther() throws Exception {
        makeHistory();
        int from = ends.get(ends.size() - 2);
        int lost = 0;
        for (int at = from; at < log.length; at += at - from < 64 ? 1 : Math.min(EVERY, 5)) {
            byte[] changed = log.clone();
            changed[at] ^= 0x10;
            int commits = commitsIn(changed);
            assertThat(commits).as("commits that survive a change at %d", at).isBetween(COMMITS - 1, COMMITS);
            lost += commits < COMMITS ? 1 : 0;
        }
        assertThat(lost).as("changes that were seen").isPositive();
    }

    /** Some commits, all of them in the log, the model after each, and where in the log each ends. */
    private void makeHistory() throws Exception {
        Path file = directory.resolve("running.db");
        try (SqliteGreylistStore store = Stored.open(file)) {
            assertThat(store.pragma("wal_autocheckpoint = 0").join()).isEqualTo("0");
            history.add(Stored.all(store));
            ends.add(0);
            for (int i = 0; i < COMMITS; i++) {
                // New ones and known ones; some commits write several pages.
                if (i % 3 == 2) {
                    store.merge(rows(i)).toCompletableFuture().join();
                } else {
                    record(store, i % 5, NOON.plusSeconds(200L * i));
                }
                history.add(Stored.all(store));
                ends.add((int) Files.size(beside(file, "-wal")));
            }
            database = Files.readAllBytes(file);
            log = Files.readAllBytes(beside(file, "-wal"));
        }
        assertThat(history).doesNotHaveDuplicates();
        assertThat(ends.get(COMMITS)).isEqualTo(log.length);
        assertThat(log.length % FRAME).isEqualTo(HEADER);
    }

    private static List<Page.Row> rows(int commit) {
        List<Page.Row> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int number = 1000 * commit + i;
            var entry = new GreylistEntry(NOON, NOON, NOON.plusSeconds(number), 1, 0);
            rows.add(new Page.Row(Stored.key(number), entry));
        }
        return rows;
    }

    private int wholeCommits(int cut) {
        int whole = 0;
        while (whole < COMMITS && ends.get(whole + 1) <= cut) {
            whole++;
        }
        return whole;
    }

    /** How many commits the database has with such a log; fails if it is no prefix of the history. */
    private int commitsIn(byte[] wal) throws Exception {
        Path copy = directory.resolve("cut.db");
        for (String suffix : List.of("", "-wal", "-shm", ".lock")) {
            Files.deleteIfExists(beside(copy, suffix));
        }
        Files.write(copy, database);
        Files.write(beside(copy, "-wal"), wal);
        int commits = history.indexOf(opened++ % STORE_EVERY == 0 ? byStore(copy) : byConnection(copy));
        assertThat(commits)
                .as("the number of commits of which the entries are a model")
                .isNotNegative();
        return commits;
    }

    private static Map<Hash128, Page.Row> byStore(Path file) {
        try (SqliteGreylistStore store = Stored.open(file)) {
            return Stored.all(store);
        }
    }

    private static Map<Hash128, Page.Row> byConnection(Path file) throws Exception {
        Map<Hash128, Page.Row> rows = new HashMap<>();
        try (Connection connection = plain(file)) {
            Schema.run(connection, "PRAGMA synchronous = OFF");
            try (PreparedStatement query =
                            connection.prepareStatement("SELECT " + Rows.ENTRY + ", client, tuple FROM entry");
                    ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Hash128 tuple = Hash128.of(row.getBytes(7));
                    var key = new GreylistKey(Hash128.of(row.getBytes(6)), tuple);
                    rows.put(tuple, new Page.Row(key, Rows.entry(row)));
                }
            }
        }
        return rows;
    }
}
