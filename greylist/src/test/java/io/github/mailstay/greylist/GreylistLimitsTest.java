// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.Suspicion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long and how much is deferred: delays by score, the ceiling, the throttle. */
class GreylistLimitsTest extends GreylistFixture {
    @Test
    void aPoolThatNeverComesBackFromOneNetworkPassesAtTheCeilingWithAnAlarm() {
        Greylist greylist = builder().ceiling(Duration.ofHours(24), 1000).build();
        Instant first = now;
        for (int i = 0; now.isBefore(first.plus(Duration.ofHours(24))); i++) {
            assertThat(found(greylist, "198.51." + i + ".1", "pool@example.org"))
                    .startsWith("result=first");
            now = now.plus(Duration.ofHours(1));
        }
        Outcome end = ask(greylist, request("203.0.113.9", "pool@example.org", "bob@example.net"));
        assertThat(end.found()).isEqualTo("result=ceiling waited=86400s tries=25");
        assertThat(((Outcome.Continue) end).headers().get(0).toString()).contains("delayed 86400 seconds");
        assertThat(heard).containsExactly("ceiling pool@example.org 25");
        // The client that passed is known now; another one begins anew.
        assertThat(found(greylist, "203.0.113.200", "pool@example.org")).isEqualTo("result=known passes=2");
        assertThat(found(greylist, "198.51.100.1", "pool@example.org")).startsWith("result=first");
        assertThat(heard).hasSize(1);
    }

    @Test
    void theCeilingOfTriesCountsOnlyThoseADelayApartAndIsNeverBeforeTheDelay() {
        Greylist greylist = builder().ceiling(Duration.ofHours(24), 3).build();
        Instant first = now;
        // A hundred hosts at once, all within the delay: none passes.
        for (int i = 0; i < 100; i++) {
            assertThat(found(greylist, "198.51." + i + ".1", "pool@example.org"))
                    .startsWith("result=first");
            now = now.plusSeconds(2);
        }
        now = first.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "203.0.1.1", "pool@example.org")).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5)).minusMillis(1);
        assertThat(found(greylist, "203.0.2.1", "pool@example.org")).startsWith("result=first");
        now = now.plusMillis(1);
        assertThat(found(greylist, "203.0.3.1", "pool@example.org")).isEqualTo("result=ceiling waited=600s tries=3");
        // Others have a ceiling of their own.
        assertThat(found(greylist, "203.0.4.1", "other@example.org")).startsWith("result=first");
    }

    @Test
    void anImpatientClientDoesNotReachTheCeilingBeforeItsDelay() {
        Greylist greylist = builder().ceiling(Duration.ofHours(24), 2).build();
        for (int i = 0; i < 300; i++) {
            assertThat(found(greylist, "192.0.2.1", "a@example.org")).matches("result=(first|early) .*");
            now = now.plusMillis(999);
        }
        now = now.plusMillis(300);
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=passed");
        assertThat(heard).isEmpty();
    }

    @Test
    void aCeilingNotAboveTheDelayIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().ceiling(Duration.ofMinutes(5), 9).build())
                .withMessageContaining("ceiling");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().ceiling(Duration.ofDays(1), 1))
                .withMessageContaining("ceiling");
    }

    @Test
    void aClientThatBeginsTooManyIsThrottledUntilTheNextPeriodAndItsClocksDoNotStart() {
        Greylist greylist = builder().throttle(2, Duration.ofHours(1)).build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=first");
        assertThat(found(greylist, "192.0.2.2", "b@example.org")).startsWith("result=first");
        assertThat(found(greylist, "192.0.2.3", "c@example.org")).isEqualTo("result=throttled");
        assertThat(store.stats().toCompletableFuture().join().entries()).isEqualTo(2);
        assertThat(found(greylist, "198.51.100.1", "c@example.org")).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=passed");
        assertThat(found(greylist, "192.0.2.3", "c@example.org")).isEqualTo("result=throttled");
        now = now.plus(Duration.ofMinutes(55));
        assertThat(found(greylist, "192.0.2.3", "c@example.org")).startsWith("result=first");
    }

    @Test
    void theDelayGrowsWithTheScore() {
        Greylist greylist = builder()
                .delays(DelayTable.of(Duration.ofMinutes(1), Map.of(5, Duration.ofMinutes(10), 9, Duration.ofHours(1))))
                .build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).isEqualTo("result=first left=60s");
        assertThat(found(greylist, "192.0.2.1", "b@example.org", new Suspicion(4, List.of())))
                .isEqualTo("result=first left=60s");
        assertThat(found(greylist, "192.0.2.1", "c@example.org", new Suspicion(5, List.of())))
                .isEqualTo("result=first left=600s");
        assertThat(found(greylist, "192.0.2.1", "d@example.org", new Suspicion(100, List.of())))
                .isEqualTo("result=first left=3600s");
    }

    @Test
    void sillyDelayTablesAreRefused() {
        Duration minute = Duration.ofMinutes(1);
        for (Map<Integer, Duration> silly : List.of(
                Map.of(0, Duration.ofHours(1)),
                Map.of(-1, minute),
                Map.of(3, minute),
                Map.of(3, Duration.ofSeconds(2)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DelayTable.of(minute, silly))
                    .withMessageStartingWith("delays: ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .delays(DelayTable.of(minute, Map.of(1, Duration.ofDays(3))))
                        .build())
                .withMessageContaining("retryWindow");
    }

    @Test
    void aMailThatPassedEndsItsDeferralSoThatTheNextOneWaitsAgain() {
        Greylist greylist =
                builder().ceiling(Duration.ofHours(24), 20).trustAfter(0).build();
        pass(greylist, "192.0.2.1", "a@example.org");
        now = now.plus(Duration.ofHours(25));
        assertThat(found(greylist, "198.51.100.1", "a@example.org")).startsWith("result=first");
        now = now.plus(Duration.ofHours(23));
        // A client that is known passes in between: that ends it too.
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=known");
        now = now.plus(Duration.ofHours(2));
        assertThat(found(greylist, "203.0.113.1", "a@example.org")).startsWith("result=first");
        assertThat(heard).isEmpty();
    }
}
