// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HousekeepingTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final GreylistStore store = InMemoryGreylistStore.builder().build();
    private final TurnedScheduler scheduler = new TurnedScheduler();

    @AfterEach
    void shutDown() {
        scheduler.shutdownNow();
        store.close();
    }

    @Test
    void sweepsSliceBySliceThenRests() {
        for (int i = 0; i < 10; i++) {
            store.record(
                    new GreylistKey(new Hash128(0, i), new Hash128(0, i)),
                    new Attempt(NOON, Duration.ofMinutes(5), Duration.ofDays(2), Duration.ofDays(35)));
        }
        Housekeeping housekeeping = Housekeeping.builder(store, () -> NOON.plus(Duration.ofDays(3)), scheduler)
                .maxRows(4)
                .interval(Duration.ofSeconds(1))
                .rest(Duration.ofMinutes(10))
                .budget(Duration.ofMinutes(1))
                .start();
        List<Long> left = new ArrayList<>();
        for (int slice = 0; slice < 4; slice++) {
            scheduler.runNext();
            left.add(store.stats().toCompletableFuture().join().entries());
        }
        assertThat(left).containsExactly(6L, 2L, 0L, 0L);
        assertThat(scheduler.delays)
                .startsWith(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1))
                .contains(Duration.ofMinutes(10));
        housekeeping.close();
        scheduler.runNext();
        assertThat(scheduler.next).as("nothing is scheduled after the end").isNull();
    }

    @Test
    void troubleDoesNotEndIt() {
        store.close();
        try (Housekeeping housekeeping =
                Housekeeping.builder(store, () -> NOON, scheduler).start()) {
            assertThat(housekeeping).isNotNull();
            for (int slice = 0; slice < 3; slice++) {
                scheduler.runNext();
                assertThat(scheduler.next).isNotNull();
            }
        }
    }

    @Test
    void anEndedSchedulerEndsIt() {
        try (Housekeeping housekeeping =
                Housekeeping.builder(store, () -> NOON, scheduler).start()) {
            assertThat(housekeeping).isNotNull();
            scheduler.refuse = true;
            scheduler.runNext();
            assertThat(scheduler.next).isNull();
        }
    }

    @Test
    void sillySettingsAreNamed() {
        Housekeeping.Builder builder = Housekeeping.builder(store, () -> NOON, scheduler);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.interval(Duration.ZERO))
                .withMessageContaining("interval");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRows(0))
                .withMessageContaining("maxRows");
    }

    /** Runs what is scheduled when the test says so. */
    private static final class TurnedScheduler extends ScheduledThreadPoolExecutor {
        private final List<Duration> delays = new ArrayList<>();
        private @Nullable Runnable next;
        private boolean refuse;

        TurnedScheduler() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            if (refuse) {
                throw new RejectedExecutionException();
            }
            delays.add(Duration.ofNanos(unit.toNanos(delay)));
            next = command;
            return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }

        void runNext() {
            Runnable command = next;
            next = null;
            if (command != null) {
                command.run();
            }
        }
    }
}
