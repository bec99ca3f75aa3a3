// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Sighting.Kind;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when things go wrong. */
class SqliteDurabilityTest {
    private static final String FINGERPRINT = "0123456789abcdef";
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration DELAY = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    @Test
    void everyCommitIsSynced() {
        // kill -9 cannot show this, since the system keeps what a process has written.
        try (SqliteGreylistStore store = open("greylist.db")) {
            assertThat(store.pragma("synchronous").join()).isEqualTo("2");
            assertThat(store.pragma("journal_mode").join()).isEqualTo("wal");
        }
    }

    @Test
    void whatWasAnsweredIsThereInACopyOfTheFiles() throws Exception {
        try (SqliteGreylistStore store = open("greylist.db")) {
            for (int i = 0; i < 50; i++) {
                record(store, i, NOON);
                Path copy = Files.createDirectory(directory.resolve("copy" + i));
                // As after a power failure: the files as they are at this moment, without the shared memory.
                Files.copy(directory.resolve("greylist.db"), copy.resolve("greylist.db"));
                Files.copy(directory.resolve("greylist.db-wal"), copy.resolve("greylist.db-wal"));
                try (SqliteGreylistStore survivor = open("copy" + i + "/greylist.db")) {
                    assertThat(survivor.stats().toCompletableFuture().join().entries())
                            .isEqualTo(i + 1);
                    assertThat(record(survivor, i, NOON.plus(DELAY)).kind()).isEqualTo(Kind.PASSED);
                }
            }
        }
    }

    @Test
    void aFullDiskFailsWhatItMeetsAndNothingElse() {
        try (SqliteGreylistStore store = open("greylist.db")) {
            for (int i = 0; i < 500; i++) {
                record(store, i, NOON);
            }
            String pages = store.pragma("page_count").join();
            store.pragma("max_page_count = " + pages).join();
            int failed = -1;
            for (int i = 500; i < 2000 && failed < 0; i++) {
                try {
                    record(store, i, NOON);
                } catch (CompletionException e) {
                    assertThat(e.getCause())
                            .isInstanceOf(StoreException.class)
                            .hasMessageContaining("greylist.db")
                            .hasMessageContaining("full");
                    failed = i;
                }
            }
            assertThat(failed).as("the number of the first that failed").isGreaterThanOrEqualTo(500);
            int lost = failed;
            // A batch of many fails as a whole.
            List<CompletableFuture<Sighting>> batch = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                batch.add(store.record(key(10_000 + i), at(NOON)).toCompletableFuture());
            }
            assertThat(batch)
                    .anySatisfy(answer -> assertThatThrownBy(answer::join).hasCauseInstanceOf(StoreException.class));
            store.pragma("max_page_count = 1000000").join();
            for (int i = 0; i < lost; i++) {
                assertThat(store.find(key(i)).toCompletableFuture().join()).isPresent();
            }
            assertThat(store.find(key(lost)).toCompletableFuture().join()).isEmpty();
            for (int i = 0; i < batch.size(); i++) {
                assertThat(store.find(key(10_000 + i))
                                .toCompletableFuture()
                                .join()
                                .isPresent())
                        .as("exactly what was answered is there")
                        .isEqualTo(!batch.get(i).isCompletedExceptionally());
            }
            assertThat(record(store, lost, NOON).kind()).isEqualTo(Kind.FIRST);
            assertThat(record(store, 0, NOON.plus(DELAY)).kind()).isEqualTo(Kind.PASSED);
        }
    }

    @Test
    void tooMuchWaitingFailsAtOnce() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        try (SqliteGreylistStore store = SqliteGreylistStore.builder(directory.resolve("greylist.db"), FINGERPRINT)
                .queueLimit(2)
                .open()) {
            CompletableFuture<Boolean> blocked = holdWriter(store, held, release);
            assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
            var second = store.record(key(2), at(NOON)).toCompletableFuture();
            var third = store.record(key(3), at(NOON)).toCompletableFuture();
            var fourth = store.record(key(4), at(NOON)).toCompletableFuture();
            assertThat(fourth).isCompletedExceptionally();
            assertThatThrownBy(fourth::join)
                    .cause()
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED));
            release.countDown();
            assertThat(blocked.join()).isTrue();
            assertThat(second.join().kind()).isEqualTo(Kind.FIRST);
            assertThat(third.join().kind()).isEqualTo(Kind.FIRST);
        }
    }

    /**
     * Holds the writer's thread in a callback of an answer. A callback that comes after the answer runs in this thread
     * and would hold the wrong one; then the next answer is tried.
     */
    private static CompletableFuture<Boolean> holdWriter(
            SqliteGreylistStore store, CountDownLatch held, CountDownLatch release) {
        Thread here = Thread.currentThread();
        for (int i = 0; i < 10_000; i++) {
            AtomicBoolean late = new AtomicBoolean();
            CompletableFuture<Boolean> answer = store.record(key(1_000_000 + i), at(NOON))
                    .thenApply(sighting -> {
                        if (Thread.currentThread() == here) {
                            late.set(true);
                            return false;
                        }
                        held.countDown();
                        return await(release);
                    })
                    .toCompletableFuture();
            if (!late.get()) {
                return answer;
            }
        }
        throw new AssertionError("every answer was there before its callback");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private SqliteGreylistStore open(String name) {
        return SqliteGreylistStore.builder(directory.resolve(name), FINGERPRINT).open();
    }

    private static Sighting record(SqliteGreylistStore store, long number, Instant now) {
        return store.record(key(number), at(now)).toCompletableFuture().join();
    }

    private static Attempt at(Instant now) {
        return new Attempt(now, DELAY, Duration.ofDays(2), Duration.ofDays(35));
    }

    private static GreylistKey key(long number) {
        Random random = new Random(number);
        return new GreylistKey(
                new Hash128(random.nextLong(), random.nextLong()), new Hash128(random.nextLong(), random.nextLong()));
    }
}
