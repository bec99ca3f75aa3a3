// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Random steps of histories: few triplets, so that they come again; waits about as long as what the rules know, to the millisecond;
 * clocks up to an hour off. The first choice of each is the simplest, to which jqwik shrinks.
 */
final class Steps {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private Steps() {}

    static Arbitrary<Step> of(int hosts) {
        Arbitrary<Integer> host = Arbitraries.integers().between(0, hosts - 1);
        Arbitrary<Triplet> triplet = Combinators.combine(
                        Arbitraries.of(1, 2, 3, 4, 5), Arbitraries.of(1, 0), Arbitraries.of(1, 2))
                .as(Triplet::new);
        Arbitrary<Duration> offset =
                Arbitraries.longs().between(-HOUR, HOUR).shrinkTowards(0).map(Duration::ofMillis);
        return Arbitraries.frequencyOf(
                Tuple.of(8, Combinators.combine(host, triplet).as(Step.Try::new)),
                Tuple.of(7, waits().map(Step.Wait::new)),
                Tuple.of(
                        2,
                        Combinators.combine(host.list().ofMinSize(2).ofMaxSize(4), triplet)
                                .as(Step.Together::new)),
                Tuple.of(1, Combinators.combine(host, offset).as(Step.Turn::new)),
                Tuple.of(1, host.map(Step.Restart::new)),
                Tuple.of(1, host.map(Step.Kill::new)),
                Tuple.of(
                        1,
                        Combinators.combine(host, Arbitraries.integers().between(1, 40))
                                .as(Step.Sweep::new)));
    }

    private static Arbitrary<Duration> waits() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.longs().between(0, 100_000).map(Duration::ofMillis)),
                Tuple.of(
                        3,
                        Arbitraries.of(
                                History.DELAY,
                                History.DELAY.minusMillis(1),
                                History.WINDOW,
                                History.WINDOW.plusMillis(1),
                                History.CEILING.minusMillis(1),
                                History.CEILING)),
                Tuple.of(2, Arbitraries.longs().between(1, 120).map(Duration::ofMinutes)),
                Tuple.of(1, Arbitraries.longs().between(1, 80).map(Duration::ofHours)));
    }
}
