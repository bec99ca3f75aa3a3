// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Whatever threads do to the memory store at once, their answers are those of some order in which they might have come one
 * after the other.
 */
@Param(name = "key", gen = IntGen.class, conf = "1:2")
@Param(name = "minute", gen = IntGen.class, conf = "0:12")
public class InMemoryLincheckTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration DELAY = Duration.ofMinutes(5);

    /** Made before: what checks the name of a counter is no part of what Lincheck watches. */
    private static final List<CounterKey> COUNTERS = List.of(
            new CounterKey("passes", new Hash128(0, 1)),
            new CounterKey("passes", new Hash128(1, 1)),
            new CounterKey("begun", new Hash128(1, 1)));

    private final GreylistStore store =
            InMemoryGreylistStore.builder().maxEntries(16).build();

    /** Lincheck makes one for each run; it must see the class and its operations from elsewhere. */
    public InMemoryLincheckTest() {}

    @Operation
    public String record(@Param(name = "key") int key, @Param(name = "minute") int minute) {
        Attempt attempt = new Attempt(minute(minute), DELAY, Duration.ofMinutes(8), Duration.ofMinutes(10));
        return get(store.record(key(key), attempt)).toString();
    }

    @Operation
    public String tally(@Param(name = "key") int key, @Param(name = "minute") int minute) {
        return get(store.tally(counter(key), minute(minute), Duration.ofMinutes(1), Duration.ofMinutes(10)))
                .toString();
    }

    @Operation
    public String find(@Param(name = "key") int key) {
        return get(store.find(key(key))).toString();
    }

    @Operation
    public String findCounter(@Param(name = "key") int key) {
        return get(store.find(counter(key))).toString();
    }

    @Operation
    public boolean forget(@Param(name = "key") int key) {
        return get(store.forget(key(key)));
    }

    @Operation
    public boolean forgetCounter(@Param(name = "key") int key) {
        return get(store.forget(counter(key)));
    }

    @Operation
    public int merge(@Param(name = "key") int key, @Param(name = "minute") int minute) {
        GreylistEntry entry = new GreylistEntry(minute(minute), minute(minute), minute(minute + 8), 1, 0);
        return get(store.merge(List.of(new Page.Row(key(key), entry))));
    }

    /** Real threads, as they happen to run. */
    @Test
    void answersOfThreeThreadsAreThoseOfSomeOrder() {
        new StressOptions()
                .iterations(8)
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(InMemoryLincheckTest.class);
    }

    /** Two threads, switched at chosen points. */
    @Test
    void answersAreThoseOfSomeOrderWhereverThreadsAreSwitched() {
        new ModelCheckingOptions()
                .iterations(8)
                .invocationsPerIteration(80)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .check(InMemoryLincheckTest.class);
    }

    private static Instant minute(int minute) {
        return NOON.plus(Duration.ofMinutes(minute));
    }

    private static GreylistKey key(int number) {
        return new GreylistKey(new Hash128(number, number), new Hash128(number, number));
    }

    private static CounterKey counter(int number) {
        return COUNTERS.get(number);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
