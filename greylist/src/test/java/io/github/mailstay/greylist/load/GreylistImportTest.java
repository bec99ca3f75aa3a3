// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.greylist.store.StoreStats;
import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.net.MailAddress;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreylistImportTest {
    private static final Instant NOW = Instant.ofEpochSecond(1780150000);
    private static final LoadSettings SETTINGS = PostgreyDumpTest.SETTINGS;

    private final InMemoryGreylistStore store = InMemoryGreylistStore.builder().build();

    private LoadProgress run(LoadedReader reader, Instant now) throws Exception {
        return GreylistImport.builder(store, SETTINGS)
                .clock(InstantSource.fixed(now))
                .build()
                .run(reader);
    }

    private static PostgreyDump triplets(String name) throws Exception {
        return PostgreyDump.triplets(name, new ByteArrayInputStream(PostgreyDumpTest.recorded(name)), SETTINGS);
    }

    private static PostgreyDump clients() throws Exception {
        String name = "postgrey_clients.dump";
        return PostgreyDump.clients(name, new ByteArrayInputStream(PostgreyDumpTest.recorded(name)), SETTINGS);
    }

    private StoreStats stats() {
        return store.stats().toCompletableFuture().join();
    }

    private Tally passes(String client) {
        return store.find(SETTINGS.keys().passes(SETTINGS.keys().client(client)))
                .toCompletableFuture()
                .join()
                .orElseThrow();
    }

    @Test
    void to_import_twice_is_to_import_once() throws Exception {
        LoadProgress first = run(triplets("postgrey.dump"), NOW);
        run(clients(), NOW);
        StoreStats once = stats();
        Tally trusted = passes("198.51.100.1");
        assertThat(run(triplets("postgrey-printable.dump"), NOW))
                .isEqualTo(new LoadProgress(15, 0, 0, PostgreyDumpTest.recorded("postgrey-printable.dump").length, -1));
        run(clients(), NOW);
        assertThat(first.loaded()).isEqualTo(15);
        assertThat(stats()).isEqualTo(once);
        assertThat(passes("198.51.100.1")).isEqualTo(trusted);
        assertThat(trusted.count()).isEqualTo(5);
        assertThat(trusted.lastCounted()).isEqualTo(Instant.ofEpochSecond(1780143200));
        assertThat(passes("2001:db8:1:2::1").count()).isEqualTo(1);
    }

    @Test
    void who_waited_goes_on_waiting_from_the_same_first_try() throws Exception {
        run(triplets("postgrey.dump"), NOW);
        GreylistEntry entry = store.find(SETTINGS.keys()
                        .key(
                                IpAddresses.parse("203.0.113.77").orElseThrow(),
                                MailAddress.NULL_SENDER,
                                MailAddress.of("bob@example.com")))
                .toCompletableFuture()
                .join()
                .orElseThrow();
        assertThat(entry.firstSeen()).isEqualTo(Instant.ofEpochSecond(1780090000));
        assertThat(entry.hasPassed()).isFalse();
    }

    @Test
    void what_has_expired_or_lies_in_the_future_is_left_out() throws Exception {
        LoadProgress later = run(triplets("postgrey.dump"), NOW.plus(Duration.ofDays(3)));
        assertThat(later.expired()).isEqualTo(8);
        assertThat(later.loaded()).isEqualTo(7);
        assertThat(run(clients(), NOW.plus(Duration.ofDays(40))).expired()).isEqualTo(3);
        LoadProgress early = run(triplets("postgrey.dump"), Instant.ofEpochSecond(1780000000));
        assertThat(early.skipped()).isEqualTo(15);
    }

    @Test
    void without_trust_clients_are_refused() throws Exception {
        LoadSettings nobody =
                LoadSettings.builder(SETTINGS.keys()).trustAfter(0).build();
        assertThatThrownBy(() -> GreylistImport.builder(store, nobody)
                        .clock(InstantSource.fixed(NOW))
                        .build()
                        .run(clients()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void an_interrupt_ends_it() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> run(PostgreyDump.triplets("m", new Million(), SETTINGS), NOW))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void of_a_million_triplets_only_a_buffer_is_read_ahead() throws Exception {
        Million million = new Million();
        PostgreyDump reader = PostgreyDump.triplets("m", million, SETTINGS);
        List<LoadProgress> seen = new ArrayList<>();
        LoadProgress end = GreylistImport.builder(store, SETTINGS)
                .clock(InstantSource.fixed(NOW))
                .listener(new LoadListener() {
                    @Override
                    public void progress(LoadProgress progress) {
                        seen.add(progress);
                        // Records given so far lie behind the line; what is read beyond them is less than two buffers.
                        assertThat(million.lines - reader.line()).isLessThan(2 * LineReader.BUFFER / Million.SHORTEST);
                    }
                })
                .build()
                .run(reader);
        assertThat(end.loaded()).isEqualTo(Million.RECORDS);
        assertThat(end.skipped() + end.expired()).isZero();
        assertThat(seen)
                .hasSize(Million.RECORDS / GreylistImport.BATCH + 1)
                .allMatch(progress -> progress.loaded() <= Million.RECORDS);
        // The store forgets some: its stripes fill unevenly.
        assertThat(stats().passed()).isGreaterThan(Million.RECORDS * 9L / 10);
    }

    /** A dump of a million triplets, made as it is read. */
    private static final class Million extends InputStream {
        static final int RECORDS = 1_000_000;
        static final int SHORTEST = 22;
        long lines = 5;
        private int record;
        private byte[] text = "VERSION=3\nformat=print\ntype=btree\ndb_pagesize=4096\nHEADER=END\n"
                .getBytes(StandardCharsets.US_ASCII);
        private int at;

        @Override
        public int read() {
            if (at == text.length) {
                if (record > RECORDS) {
                    return -1;
                }
                text = (record++ == RECORDS
                                ? "DATA=END\n"
                                : " 10." + record / 65536 + "." + record / 256 % 256 + ".0/s" + record
                                        + "@example.org/r@example.com\n 1780100000,1780100400\n")
                        .getBytes(StandardCharsets.US_ASCII);
                lines += 2;
                at = 0;
            }
            return text[at++];
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = 0;
            for (int b = 0; count < length && (b = read()) >= 0; count++) {
                into[offset + count] = (byte) b;
            }
            return count == 0 ? -1 : count;
        }
    }
}
