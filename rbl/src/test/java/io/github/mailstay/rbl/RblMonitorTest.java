// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsLookup;
import io.github.mailstay.rbl.health.ListHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tests of lists: what they ask, what they conclude, and that this is over when the list is well again. */
@Timeout(60)
class RblMonitorTest {
    private static final DnsAnswer HIT = ManualLookup.addresses("127.0.0.2");
    private static final DnsAnswer NONE = new DnsAnswer.None(Duration.ofSeconds(60));

    private final Map<String, DnsAnswer> zone = new ConcurrentHashMap<>(Map.of("2.0.0.127.bl.", HIT));
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private volatile DnsAnswer otherwise = NONE;
    private final DnsLookup dns = (name, deadline) -> {
        asked.add(name);
        return CompletableFuture.completedFuture(zone.getOrDefault(name, otherwise));
    };
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final RblCheck check = RblCheck.builder()
            .lookup(dns)
            .list(DnsList.builder().id("bl").zone("bl").build())
            .list(DnsList.builder().id("untested").zone("wild").tests(List.of()).build())
            .listener(new RblListener() {
                @Override
                public void healthChanged(String id, ListHealth before, ListHealth now) {
                    told.add(id + ": " + before.state() + " -> " + now.state() + " " + now.why());
                }
            })
            .build();

    @AfterEach
    void end() {
        if (monitor != null) {
            monitor.close();
        }
        scheduler.shutdownNow();
    }

    private @Nullable RblMonitor monitor;

    private void start() {
        monitor = RblMonitor.start(check, scheduler, Duration.ofSeconds(1), new Random(1));
    }

    private void await(ListHealth.State state) throws InterruptedException {
        while (Objects.requireNonNull(check.health().get("bl")).state() != state) {
            Thread.sleep(5);
        }
    }

    @Test
    void aListThatTellsTheTruthIsAskedForItsTestPointsAndStaysHealthy() throws Exception {
        start();
        while (asked.size() < 6) {
            Thread.sleep(5);
        }
        List<String> names = new ArrayList<>(asked);
        assertThat(names.subList(0, 2)).containsExactly("2.0.0.127.bl.", "1.0.0.127.bl.");
        assertThat(names.get(2)).matches("[a-z0-9]{16}\\.bl\\.");
        assertThat(names.get(5))
                .as("another one each time")
                .matches("[a-z0-9]{16}\\.bl\\.")
                .isNotEqualTo(names.get(2));
        assertThat(names).noneMatch(name -> name.endsWith(".wild."));
        assertThat(told).isEmpty();
        assertThat(check.health().keySet()).containsExactly("bl", "untested");
    }

    @Test
    void aListThatHasTheWorldIsUnknownUntilItIsWellAndThatIsToldOnce() throws Exception {
        otherwise = HIT;
        start();
        await(ListHealth.State.DEAD);
        RblReport report = check.report(TestAddresses.address("192.0.2.1"), deadline())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(report).hasToString("result=listed score=1 lists=untested unknown=bl");
        Thread.sleep(500);
        otherwise = NONE;
        await(ListHealth.State.HEALTHY);
        assertThat(told).containsExactly("bl: healthy -> dead lists-1.0.0.127", "bl: dead -> healthy ");
    }

    @Test
    void anEmptyListIsUnknownToo() throws Exception {
        zone.clear();
        start();
        await(ListHealth.State.DEAD);
        assertThat(told).containsExactly("bl: healthy -> dead misses-2.0.0.127");
    }

    @Test
    void aParkedZoneHasAnybody() throws Exception {
        zone.put("1.0.0.127.bl.", NONE);
        otherwise = ManualLookup.addresses("203.0.113.9");
        start();
        await(ListHealth.State.DEAD);
        assertThat(told).containsExactly("bl: healthy -> dead lists-anybody");
    }

    @Test
    void silenceIsNoLieAndOneRoundOfItKillsNoList() throws Exception {
        zone.clear();
        otherwise = new DnsAnswer.Failed("timeout");
        start();
        await(ListHealth.State.DEGRADED);
        assertThat(asked).as("two rounds").hasSize(6);
        await(ListHealth.State.DEAD);
        otherwise = NONE;
        zone.put("2.0.0.127.bl.", HIT);
        await(ListHealth.State.HEALTHY);
        assertThat(told)
                .containsExactly(
                        "bl: healthy -> degraded timeout", "bl: degraded -> dead timeout", "bl: dead -> healthy ");
    }

    @Test
    void afterTheEndNothingIsAsked() throws Exception {
        start();
        while (asked.size() < 3) {
            Thread.sleep(5);
        }
        Objects.requireNonNull(monitor).close();
        Thread.sleep(50);
        int before = asked.size();
        Thread.sleep(1200);
        assertThat(asked).hasSize(before);
    }

    @Test
    void sillyIntervalsAreRefused() {
        assertThatThrownBy(() -> RblMonitor.start(check, scheduler, Duration.ofMillis(999), new Random(1)))
                .hasMessageStartingWith("interval: PT0.999S");
    }

    private static Deadline deadline() {
        return Deadline.in(Duration.ofSeconds(5));
    }
}
