// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    /** Near the overflow of nanoTime, which may be any long. */
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

    @Test
    void it_counts_down_over_the_overflow_of_its_clock() {
        Deadline deadline = Deadline.in(Duration.ofNanos(10), clock::get);
        assertThat(deadline.leftNanos()).isEqualTo(10);
        clock.addAndGet(9);
        assertThat(deadline.isOver()).isFalse();
        clock.addAndGet(1);
        assertThat(deadline.isOver()).isTrue();
        clock.addAndGet(5);
        assertThat(deadline.left()).isEqualTo(Duration.ofNanos(-5));
    }

    @Test
    void the_earlier_of_two_counts() {
        Deadline deadline = Deadline.in(Duration.ofNanos(10), clock::get);
        assertThat(deadline.atMost(Duration.ofNanos(20))).isSameAs(deadline);
        assertThat(deadline.atMost(Duration.ofNanos(3)).leftNanos()).isEqualTo(3);
    }
}
