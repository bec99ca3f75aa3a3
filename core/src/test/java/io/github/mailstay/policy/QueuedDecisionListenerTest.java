// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QueuedDecisionListenerTest {
    private static final Decision DECISION = new Decision(Verdict.DUNNO, List.of(), List.of(), Duration.ZERO);

    private static PolicyRequest request(int number) {
        return PolicyRequest.builder().attribute("instance", "" + number).build();
    }

    @Test
    void a_slow_target_blocks_nobody_and_what_it_misses_is_counted() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> heard = new CopyOnWriteArrayList<>();
        QueuedDecisionListener listener = new QueuedDecisionListener("test", 2, (request, decision) -> {
            heard.add(request.instance());
            entered.countDown();
            try {
                go.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        listener.decided(request(0), DECISION);
        assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i <= 5; i++) {
            listener.decided(request(i), DECISION);
        }
        assertThat(listener.dropped()).isEqualTo(3);
        go.countDown();
        listener.close();
        assertThat(heard).containsExactly("0", "1", "2");
        listener.decided(request(9), DECISION);
        assertThat(listener.dropped()).isEqualTo(4);
        listener.close();
    }

    @Test
    void a_target_that_throws_hears_of_the_next_one_and_of_the_end() {
        AtomicInteger heard = new AtomicInteger();
        AtomicInteger idle = new AtomicInteger();
        QueuedDecisionListener listener = new QueuedDecisionListener("test", 10, new QueuedDecisionListener.Target() {
            @Override
            public void decided(PolicyRequest request, Decision decision) {
                heard.incrementAndGet();
                throw new IllegalStateException();
            }

            @Override
            public void idle() {
                idle.incrementAndGet();
            }
        });
        listener.decided(request(1), DECISION);
        listener.decided(request(2), DECISION);
        listener.close();
        assertThat(heard).hasValue(2);
        assertThat(idle.get()).isPositive();
    }
}
