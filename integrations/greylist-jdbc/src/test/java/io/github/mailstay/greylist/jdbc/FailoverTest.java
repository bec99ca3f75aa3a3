// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.testkit.real.PostgresServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A primary that dies, and its synchronous standby that takes over: the store goes on where it was. */
@Real("postgresql")
class FailoverTest {
    private static final int KEYS = 200;

    @Test
    void aPromotedStandbyHasLostNothing(RealServers servers) throws Exception {
        PostgresServer server = servers.start(PostgresServer.builder().standby());
        String schema = Databases.freshSchema(server);
        try (TestSource source = Databases.source(schema, server.port(), server.standbyPort());
                JdbcGreylistStore store = Given.open(source)) {
            List<CompletionStage<Sighting>> before = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                before.add(store.record(Given.key(i), Given.at(Given.NOON)));
            }
            for (CompletionStage<Sighting> answer : before) {
                assertThat(Given.get(answer).kind()).isEqualTo(Sighting.Kind.FIRST);
            }
            Given.get(store.record(Given.key(0), Given.at(Given.NOON.plus(Given.DELAY))));

            server.crash();
            assertThat(Given.failureOf(store.record(Given.key(1), Given.at(Given.NOON)))
                            .reason())
                    .isEqualTo(Reason.FAILED);
            server.promote();

            awaitWorking(store);
            Duration almost = Given.DELAY.minusMillis(1);
            for (int i = 1; i < KEYS; i++) {
                // What was answered is known, and nothing passes before its delay.
                Sighting early = Given.get(store.record(Given.key(i), Given.at(Given.NOON.plus(almost))));
                assertThat(early.kind()).as("key " + i).isEqualTo(Sighting.Kind.EARLY);
                assertThat(early.entry().firstSeen()).isEqualTo(Given.NOON);
            }
            assertThat(Given.get(store.record(Given.key(1), Given.at(Given.NOON.plus(Given.DELAY))))
                            .kind())
                    .isEqualTo(Sighting.Kind.PASSED);
            assertThat(Given.get(store.record(Given.key(0), Given.at(Given.NOON.plus(Given.DELAY))))
                            .kind())
                    .isEqualTo(Sighting.Kind.KNOWN);
        }
    }

    /** Some tries may still fail, until the driver looks anew for the primary; their number is bounded. */
    private static void awaitWorking(JdbcGreylistStore store) throws Exception {
        for (int left = 100; ; left--) {
            try {
                var unused = Given.get(store.find(Given.key(0)));
                return;
            } catch (ExecutionException e) {
                if (left == 0) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }
}
