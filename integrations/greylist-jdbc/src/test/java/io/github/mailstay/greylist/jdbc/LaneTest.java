// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.store.StoreException.Reason;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the lane does when the source gives no connection: soon, late, or never. */
class LaneTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicInteger times = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private final Lane lane = new Lane(
            "db",
            "lane-test",
            new Transactions(stuck(), new PostgresDialect()),
            new Health("db"),
            new Lane.Size(1, 3, 10, Duration.ofSeconds(1)));

    @AfterEach
    void end() {
        release.countDown();
        lane.shutDown();
        lane.close(Duration.ofSeconds(30));
    }

    @Test
    void beyondTheQueueACallFailsAtOnce() throws Exception {
        var unused = submitAndAwaitStuck();
        List<CompletableFuture<Boolean>> waiting = submit(3);
        CompletableFuture<Boolean> more = submit(1).get(0);
        assertThat(more).isDone();
        assertThat(Given.failureOf(more).reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void withoutAConnectionAllThatWaitsFails() throws Exception {
        CompletableFuture<Boolean> first = submitAndAwaitStuck();
        List<CompletableFuture<Boolean>> waiting = submit(3);
        release.countDown();
        assertThat(Given.failureOf(first)).hasMessage("db: no connection: nobody there (08001)");
        for (CompletableFuture<Boolean> each : waiting) {
            assertThat(Given.failureOf(each).reason()).isEqualTo(Reason.FAILED);
        }
        assertThat(times).as("asked for a connection").hasValue(1);
    }

    @Test
    void closeLeavesNobodyWaitingForASourceThatHangs() throws Exception {
        CompletableFuture<Boolean> first = submitAndAwaitStuck();
        List<CompletableFuture<Boolean>> waiting = submit(3);
        lane.shutDown();
        lane.close(Duration.ofMillis(50));
        assertThat(first).isDone();
        assertThat(Given.failureOf(first).reason()).isEqualTo(Reason.CLOSED);
        for (CompletableFuture<Boolean> each : waiting) {
            assertThat(each).isDone();
            assertThat(Given.failureOf(each).reason()).isEqualTo(Reason.CLOSED);
        }
        assertThat(Given.failureOf(submit(1).get(0)).reason()).isEqualTo(Reason.CLOSED);
    }

    private CompletableFuture<Boolean> submitAndAwaitStuck() throws InterruptedException {
        CompletableFuture<Boolean> first = submit(1).get(0);
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        return first;
    }

    private List<CompletableFuture<Boolean>> submit(int count) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(lane.submit(Work.on(Given.key(i), session -> true)));
        }
        return answers;
    }

    private DataSource stuck() {
        return (DataSource) Proxy.newProxyInstance(
                LaneTest.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    times.incrementAndGet();
                    asked.countDown();
                    // An interrupt does not get it out of here, as it gets nobody out of a socket.
                    while (!awaitRelease()) {}
                    throw new SQLException("nobody there");
                });
    }

    private boolean awaitRelease() {
        try {
            return release.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
