// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static io.github.mailstay.greylist.sqlite.Stored.FINGERPRINT;
import static io.github.mailstay.greylist.sqlite.Stored.NOON;
import static io.github.mailstay.greylist.sqlite.Stored.at;
import static io.github.mailstay.greylist.sqlite.Stored.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.Sighting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer after a commit that failed, when the recovery from it fails too. */
class WriterRecoveryTest {
    @TempDir
    private Path directory;

    @Test
    void aRecoveryThatFailedIsTriedAgainAtTheNextCommit() throws Exception {
        Path file = directory.resolve("greylist.db");
        Files.createFile(file);
        AtomicInteger refusals = new AtomicInteger();
        try (Connections connections = Connections.open(file, FINGERPRINT)) {
            Writer writer = new Writer(
                    "greylist.db",
                    refusing(connections.writing(), refusals),
                    new Corruption(file, InstantSource.system()),
                    10,
                    10);
            writer.start();
            assertThat(writer.submit(recording(1, false)).join().kind()).isEqualTo(Sighting.Kind.FIRST);
            refusals.set(1);
            assertThatThrownBy(writer.submit(recording(2, true))::join).hasMessageContaining("made to fail");
            assertThat(writer.submit(recording(3, false)).join().kind()).isEqualTo(Sighting.Kind.FIRST);
            assertThat(refusals).as("refusals that are left").hasValue(0);
            assertThat(writer.close(Duration.ofSeconds(30))).isTrue();
        }
        try (SqliteGreylistStore store = Stored.open(file)) {
            assertThat(store.find(key(1)).toCompletableFuture().join()).isPresent();
            assertThat(store.find(key(2)).toCompletableFuture().join()).isEmpty();
            assertThat(store.find(key(3)).toCompletableFuture().join()).isPresent();
        }
    }

    private static Work<Sighting> recording(long number, boolean failing) {
        return new Work<>() {
            @Override
            Sighting apply(WriterSql sql) throws SQLException {
                Sighting sighting = sql.record(key(number), at(NOON));
                if (failing) {
                    throw new SQLException("made to fail");
                }
                return sighting;
            }
        };
    }

    /** A connection that refuses to make a plain statement, as for ROLLBACK, so many times. */
    private static Connection refusing(Connection connection, AtomicInteger refusals) {
        return (Connection) Proxy.newProxyInstance(
                WriterRecoveryTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("createStatement")
                            && refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new SQLException("no statement");
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
