// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.testkit.greylist.AnyStates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** The statements beside the pure rules: any state, any attempt. */
class SqlAgainstRulesTest {
    private static final AnyStates ANY = new AnyStates(Instant.parse("2026-03-01T12:00:00Z"));
    private static final GreylistKey KEY = new GreylistKey(new Hash128(1, 2), new Hash128(-3, 4));
    private static final CounterKey COUNTER = new CounterKey("passes", new Hash128(-5, 6));

    private static @Nullable DatabaseFile file;
    private static @Nullable Connections connections;
    private static @Nullable WriterSql sql;

    @BeforeContainer
    static void open() throws Exception {
        Path directory = Files.createTempDirectory("mailstay-sql");
        Path path = directory.resolve("greylist.db");
        file = DatabaseFile.lock(path);
        connections = Connections.open(path, "0123456789abcdef");
        Connection connection = connections.writing();
        // The properties look at values, not at the disk.
        Schema.run(connection, "PRAGMA synchronous = OFF");
        sql = new WriterSql(connection);
        for (String name : new String[] {"", "-wal", "-shm", ".lock"}) {
            path.resolveSibling("greylist.db" + name).toFile().deleteOnExit();
        }
        directory.toFile().deleteOnExit();
    }

    @AfterContainer
    static void close() throws Exception {
        try (DatabaseFile locked = file;
                Connections open = connections) {
            assertThat(locked).isNotNull();
            assertThat(open).isNotNull();
            sql().close();
        }
    }

    @Property
    @Label("a try does to a row what it does to an entry, from any state")
    void recordIsTheRules(@ForAll("entries") @Nullable GreylistEntry before, @ForAll("attempts") Attempt attempt)
            throws SQLException {
        put(before);
        Sighting expected = GreylistRules.next(before, attempt);
        assertThat(sql().record(KEY, attempt)).isEqualTo(expected);
        assertThat(stored()).isEqualTo(expected.entry());
    }

    @Property
    @Label("an event does to a counter row what it does to a tally, from any state")
    void tallyIsTheTally(
            @ForAll @LongRange(min = -1, max = 3) long count,
            @ForAll("around") long first,
            @ForAll @LongRange(max = 1_000_000) long later,
            @ForAll("around") long expires,
            @ForAll("around") long now,
            @ForAll @LongRange(max = 1_000_000) long gap,
            @ForAll @LongRange(min = 1, max = 1_000_000) long more)
            throws SQLException {
        Tally before = count < 1
                ? null
                : new Tally(
                        count,
                        Instant.ofEpochMilli(first),
                        Instant.ofEpochMilli(first + later),
                        Instant.ofEpochMilli(expires));
        Schema.run(sql().connection(), "DELETE FROM entry");
        if (before != null) {
            Schema.run(
                    sql().connection(),
                    "INSERT INTO entry VALUES (x'fffffffffffffffb0000000000000006" + "706173736573" + "', x'', " + first
                            + ", " + (first + later) + ", " + expires + ", " + count + ", -1)");
        }
        Tally expected =
                Tally.next(before, Instant.ofEpochMilli(now), Duration.ofMillis(gap), Duration.ofMillis(gap + more));
        assertThat(sql().tally(COUNTER, now, gap, gap + more)).isEqualTo(expected);
        try (PreparedStatement query = sql().connection().prepareStatement("SELECT " + Rows.TALLY + " FROM entry");
                ResultSet row = query.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(Rows.tally(row)).isEqualTo(expected);
        }
    }

    @Property
    @Label("an entry taken over does to a row what it does to an entry, from any state")
    void mergeIsTheRules(
            @ForAll("entries") @Nullable GreylistEntry before, @ForAll("entries") @Nullable GreylistEntry other)
            throws SQLException {
        if (other == null) {
            return;
        }
        put(before);
        assertThat(sql().merge(new Page.Row(KEY, other))).isEqualTo(before == null);
        assertThat(stored()).isEqualTo(GreylistRules.merge(before, other));
    }

    @Provide
    Arbitrary<GreylistEntry> entries() {
        return ANY.entries().injectNull(0.1);
    }

    @Provide
    Arbitrary<Attempt> attempts() {
        return ANY.attempts();
    }

    /** A few values close together and a delay apart, so that every edge is met, and some in between. */
    @Provide
    Arbitrary<Long> around() {
        return ANY.around();
    }

    private static WriterSql sql() {
        WriterSql open = sql;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    private static void put(@Nullable GreylistEntry entry) throws SQLException {
        Schema.run(sql().connection(), "DELETE FROM entry");
        if (entry == null) {
            return;
        }
        try (PreparedStatement insert =
                sql().connection().prepareStatement("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            insert.setBytes(1, KEY.tuple().toBytes());
            insert.setBytes(2, KEY.client().toBytes());
            insert.setLong(3, entry.firstSeen().toEpochMilli());
            insert.setLong(4, entry.lastSeen().toEpochMilli());
            insert.setLong(5, entry.expiresAt().toEpochMilli());
            insert.setLong(6, entry.tries());
            insert.setLong(7, entry.passes());
            insert.executeUpdate();
        }
    }

    private static GreylistEntry stored() throws SQLException {
        try (PreparedStatement query = sql().connection().prepareStatement("SELECT " + Rows.ENTRY + " FROM entry");
                ResultSet row = query.executeQuery()) {
            assertThat(row.next()).isTrue();
            return Rows.entry(row);
        }
    }
}
