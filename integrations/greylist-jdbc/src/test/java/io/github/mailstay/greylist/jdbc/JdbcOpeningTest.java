// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.testkit.real.LoopbackPorts;
import io.github.mailstay.testkit.real.PostgresServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Which databases open, and what is said of those that do not. */
@Real("postgresql")
class JdbcOpeningTest {
    @Test
    void anotherKeyIsRefused(RealServers servers) throws Exception {
        try (TestSource source = Databases.fresh(servers.postgresql())) {
            open(source).close();
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JdbcGreylistStore.builder(source, "fedcba9876543210")
                            .name("db1")
                            .open())
                    .withMessage("db1 was filled under another key: its fingerprint is " + Databases.FINGERPRINT
                            + ", that of the key is fedcba9876543210")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MISMATCH));
            open(source).close();
        }
    }

    @Test
    void anotherVersionIsRefused(RealServers servers) throws Exception {
        try (TestSource source = Databases.fresh(servers.postgresql())) {
            open(source).close();
            Databases.execute(source, "UPDATE mailstay_meta SET value = '2' WHERE name = 'schema-version'");
            refused(source, Reason.MISMATCH, "tables of version 2; this Mailstay knows version 1");
        }
    }

    @Test
    void severalThatOpenAtOnceAllSucceed(RealServers servers) throws Exception {
        for (int round = 0; round < 5; round++) {
            String schema = Databases.freshSchema(servers.postgresql());
            try (TestSource source =
                    Databases.source(schema, servers.postgresql().port())) {
                openTogether(source, 4);
                assertThat(Databases.query(source, "SELECT count(*) FROM mailstay_meta"))
                        .isEqualTo("2");
            }
        }
    }

    private static void openTogether(TestSource source, int count) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> opened = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                opened.add(threads.submit(() -> {
                    start.await();
                    open(source).close();
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> each : opened) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void tablesThatAreReadyNeedNoRightToMakeAny(RealServers servers) throws Exception {
        PostgresServer server = servers.postgresql();
        String schema = Databases.freshSchema(server);
        try (TestSource owner = Databases.source(schema, server.port())) {
            open(owner).close();
            Databases.execute(owner, "CREATE ROLE " + schema + " LOGIN PASSWORD 'another'");
            Databases.execute(owner, "GRANT USAGE ON SCHEMA " + schema + " TO " + schema);
            Databases.execute(
                    owner, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO " + schema);
        }
        Properties properties = Databases.properties(schema);
        properties.setProperty("user", schema);
        properties.setProperty("password", "another");
        try (TestSource guest = new TestSource(Databases.url(server.port()), properties, true);
                JdbcGreylistStore store = open(guest)) {
            assertThat(store.stats()
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS)
                            .entries())
                    .isZero();
        }
    }

    @Test
    void aWrongPasswordIsNamedButNotShown(RealServers servers) throws Exception {
        PostgresServer server = servers.postgresql();
        Properties properties = Databases.properties("public");
        properties.setProperty("password", "Sesame");
        try (TestSource source = new TestSource(Databases.url(server.port()), properties, true)) {
            refused(source, Reason.FAILED, "no connection: FATAL: password authentication failed for user");
        }
    }

    @Test
    void aMessageThatHoldsAPasswordIsNotShown() throws Exception {
        try (TestSource source = new TestSource("jdbc:nosuch://db/x?password=Sesame", new Properties(), true)) {
            refused(source, Reason.FAILED, "it holds a password");
        }
    }

    @Test
    void aServerThatIsNotThereIsNamed() throws Exception {
        try (TestSource source = Databases.source("public", LoopbackPorts.freeTcp())) {
            refused(source, Reason.FAILED, "the greylist's database: no connection: ");
        }
    }

    @Test
    void anUnknownDatabaseIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dialect.of("Oracle"))
                .withMessageContaining("Oracle");
    }

    @Test
    void sillySettingsAreNamed() {
        TestSource source = Databases.source("public", 1);
        JdbcGreylistStore.Builder builder = JdbcGreylistStore.builder(source, Databases.FINGERPRINT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.threads(0))
                .withMessageContaining("threads");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.queueLimit(0))
                .withMessageContaining("queueLimit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.batchLimit(-1))
                .withMessageContaining("batchLimit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.timeout(Duration.ZERO))
                .withMessageContaining("timeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcGreylistStore.builder(source, "secret"))
                .withMessageContaining("keyFingerprint")
                .withMessageNotContaining("secret");
    }

    private static JdbcGreylistStore open(DataSource source) {
        return JdbcGreylistStore.builder(source, Databases.FINGERPRINT).open();
    }

    private static void refused(DataSource source, Reason reason, String message) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> open(source).close())
                .withMessageContaining(message)
                .withMessageNotContaining("Sesame")
                .satisfies(e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(stackTrace(e)).doesNotContain("Sesame");
                });
    }

    private static String stackTrace(Throwable trouble) {
        var text = new StringWriter();
        trouble.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
