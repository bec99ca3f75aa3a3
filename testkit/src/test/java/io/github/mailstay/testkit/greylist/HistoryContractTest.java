// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Swept;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** That the histories find each broken law, and what is left of a history that did. */
class HistoryContractTest {
    /** Of up to 120 steps. */
    private static final int FEW = 12;

    /** What is told of a store whose fault is found among a thousand histories, and shrunk to few steps. */
    private static String report(HistoryContract faulty) {
        AssertionError broken =
                catchThrowableOfType(AssertionError.class, () -> new HistorySearch(faulty, 1).run(1, 1000));
        assertThat(broken).as("a fault that nothing has found").isNotNull();
        String message = String.valueOf(broken.getMessage());
        assertThat(message.lines().filter(line -> line.matches(" *[0-9]+  .*")))
                .as(message)
                .hasSizeLessThanOrEqualTo(FEW);
        return message;
    }

    @Test
    void finds_a_pass_before_the_delay() {
        HistoryContract hasty = () -> new FaultyStore() {
            @Override
            public synchronized CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
                return store.record(key, attempt).thenCompose(sighting -> {
                    boolean nearly = sighting.left().compareTo(Duration.ofSeconds(1)) <= 0;
                    return sighting.kind() == Sighting.Kind.EARLY && nearly
                            ? store.record(key, later(attempt))
                            : CompletableFuture.completedFuture(sighting);
                });
            }
        };
        assertThat(report(hasty)).startsWith("no pass before the delay").contains("again with -Dmailstay");
    }

    private static Attempt later(Attempt attempt) {
        return new Attempt(attempt.now().plusSeconds(1), attempt.delay(), attempt.retryWindow(), attempt.lifetime());
    }

    @Test
    void finds_an_early_retry_that_restarts_the_clock() {
        HistoryContract restarting = () -> new FaultyStore() {
            @Override
            public synchronized CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
                return store.record(key, attempt).thenApply(sighting -> {
                    if (sighting.kind() == Sighting.Kind.EARLY) {
                        Instant now = attempt.now();
                        long tries = sighting.entry().tries();
                        replace(key, new GreylistEntry(now, now, now.plus(attempt.retryWindow()), tries, 0));
                    }
                    return sighting;
                });
            }
        };
        assertThat(report(restarting)).startsWith("an early retry never restarts the clock");
    }

    @Test
    void finds_a_deferral_beyond_the_ceiling() {
        HistoryContract endless = () -> new FaultyStore() {
            @Override
            public synchronized CompletionStage<Tally> tally(
                    CounterKey key, Instant now, Duration minGap, Duration ttl) {
                // Counts up to one less than the ceiling, and begins again.
                return store.tally(key, now, minGap, ttl).thenCompose(tally -> {
                    if (tally.count() < History.CEILING_TRIES) {
                        return CompletableFuture.completedFuture(tally);
                    }
                    store.forget(key);
                    return store.tally(key, now, minGap, ttl);
                });
            }
        };
        assertThat(report(endless)).startsWith("never deferred beyond the ceiling");
    }

    @Test
    void finds_concurrent_tries_that_disagree() {
        HistoryContract racing = () -> new FaultyStore() {
            @Override
            public CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
                return store.find(key).thenApply(known -> {
                    LockSupport.parkNanos(1_000_000);
                    Sighting sighting = GreylistRules.next(known.orElse(null), attempt);
                    replace(key, sighting.entry());
                    return sighting;
                });
            }
        };
        assertThat(report(racing)).startsWith("concurrent tries agree");
    }

    @Test
    void finds_a_first_seen_that_moves_later() {
        HistoryContract moving = () -> new FaultyStore() {
            @Override
            public synchronized CompletionStage<Sighting> record(GreylistKey key, Attempt attempt) {
                return store.record(key, attempt).thenApply(sighting -> {
                    if (sighting.kind() == Sighting.Kind.KNOWN) {
                        Instant now = attempt.now();
                        GreylistEntry entry = sighting.entry();
                        replace(key, new GreylistEntry(now, now, entry.expiresAt(), entry.tries(), entry.passes()));
                    }
                    return sighting;
                });
            }
        };
        assertThat(report(moving)).startsWith("first-seen never moves later within one generation");
    }

    @Test
    void finds_a_sweep_that_takes_what_counts() {
        HistoryContract sweeping = () -> new FaultyStore() {
            @Override
            public CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget) {
                return store.expire(now.plus(Duration.ofHours(1)), maxRows, budget);
            }
        };
        assertThat(report(sweeping)).containsPattern("sweep of [0-9]+ rows -> [12] removed");
    }

    @Test
    void finds_what_a_killed_process_has_lost() {
        HistoryContract forgetful = new HistoryContract() {
            @Override
            public GreylistStore open() {
                return new FaultyStore();
            }

            @Override
            public Optional<GreylistStore> reopenKilled(GreylistStore running) {
                return Optional.of(open());
            }
        };
        assertThat(report(forgetful)).contains("host 0: kill -9 -> done");
    }
}
