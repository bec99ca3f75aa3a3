// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static io.github.mailstay.greylist.sqlite.Stored.NOON;
import static io.github.mailstay.greylist.sqlite.Stored.all;
import static io.github.mailstay.greylist.sqlite.Stored.beside;
import static io.github.mailstay.greylist.sqlite.Stored.fill;
import static io.github.mailstay.greylist.sqlite.Stored.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting.Kind;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.Swept;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that were taken to another node while the first still had them open, as a failover finds them. */
class SqliteMovedTest {
    @TempDir
    private Path directory;

    @Test
    void aStoreLivesOnWhereItsFilesAreTaken() throws Exception {
        Path here = directory.resolve("greylist.db");
        Path there = Files.createDirectory(directory.resolve("there")).resolve("greylist.db");
        Map<Hash128, Page.Row> before;
        try (SqliteGreylistStore store = Stored.open(here)) {
            fill(store, 0, 2000);
            record(store, 0, NOON.plusSeconds(300));
            before = all(store);
            Stored.copy(here, there);
        }
        // What a process that died has left; a lock that nobody holds does not count, whatever is in it.
        Files.writeString(beside(there, ".lock"), "4711");
        assertThat(beside(there, "-shm")).doesNotExist();
        try (SqliteGreylistStore store = Stored.open(there)) {
            assertThat(all(store)).hasSize(2000).isEqualTo(before);
            assertThat(record(store, 1, NOON.plusSeconds(300)).kind()).isEqualTo(Kind.PASSED);
            long removed = 0;
            Swept swept = new Swept(0, 0, false);
            for (int slice = 0; slice < 10 && !swept.complete(); slice++) {
                swept = store.expire(NOON.plus(Duration.ofDays(3)), 10_000, Duration.ofMinutes(1))
                        .toCompletableFuture()
                        .join();
                assertThat(swept.removed()).isLessThanOrEqualTo(1000);
                removed += swept.removed();
            }
            assertThat(swept.complete()).isTrue();
            assertThat(removed).isEqualTo(1998);
            assertThat(record(store, 5000, NOON).kind()).isEqualTo(Kind.FIRST);
        }
        try (SqliteGreylistStore store = Stored.open(there)) {
            assertThat(all(store)).hasSize(3);
        }
    }
}
