// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.KeyHasher;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dumps that db5.3_dump made of the databases of a real postgrey 1.37, and small ones that are broken. */
class PostgreyDumpTest {
    static final LoadSettings SETTINGS = LoadSettings.builder(
                    GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES]))
                            .build())
            .build();
    private static final String HEADER = "VERSION=3\nformat=print\ntype=btree\ndb_pagesize=4096\nHEADER=END\n";
    private static final String RECORD = " 192.0.2.0/a@example.org/b@example.com\n 1780000000,1780000400\n";

    static byte[] recorded(String name) throws IOException {
        try (InputStream in = PostgreyDumpTest.class.getResourceAsStream("/greylist/load/" + name)) {
            return Optional.ofNullable(in).orElseThrow().readAllBytes();
        }
    }

    static List<Loaded> all(LoadedReader reader) throws IOException {
        List<Loaded> all = new ArrayList<>();
        for (Optional<Loaded> next = reader.next(); next.isPresent(); next = reader.next()) {
            all.add(next.get());
        }
        return all;
    }

    private static List<Loaded> triplets(byte[] dump) throws IOException {
        return all(PostgreyDump.triplets("p", new ByteArrayInputStream(dump), SETTINGS));
    }

    private static List<Loaded> triplets(String dump) throws IOException {
        return triplets(dump.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> shown(List<Loaded> all) {
        return all.stream()
                .map(each -> each instanceof Loaded.Triplet t
                        ? t.client() + " " + t.sender() + " " + t.recipient() + " "
                                + t.entry().firstSeen().getEpochSecond() + " "
                                + t.entry().lastSeen().getEpochSecond() + " "
                                + t.entry().expiresAt().getEpochSecond() + " "
                                + t.entry().passes()
                        : each.toString())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgrey.dump", "postgrey-printable.dump"})
    void the_triplets_of_a_real_postgrey(String name) throws IOException {
        assertThat(shown(triplets(recorded(name))))
                .hasSize(15)
                .contains(
                        // waiting: until two days after the first try; passed: 35 days from the last
                        "network:203.0.113.0/24 <> bob@example.com 1780090000 1780090010 1780262800 0",
                        "network:198.51.100.0/24 ann@example.org bob@example.com 1780000000 1780086400 1783110400 1",
                        "network:192.0.2.0/24 back\\slash@example.org bob@example.com 1780092000 1780092000 1780264800 0",
                        "network:192.0.2.0/24 dept/sales@example.org lists/all@example.com 1780092000 1780092000 1780264800 0",
                        "network:192.0.2.0/24 m\u00fcller@example.org bob@example.com 1780092000 1780092000 1780264800 0",
                        "network:192.0.2.0/24 root postmaster 1780092000 1780092000 1780264800 0",
                        "network:192.0.2.0/24 john.#@example.org bob@example.com 1780092000 1780092000 1780264800 0",
                        "network:2001:db8:1:2::/64 list-bounces-#@lists.example.org bob@example.com"
                                + " 1780091000 1780091400 1783115400 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgrey_clients.dump", "postgrey_clients-printable.dump"})
    void the_clients_of_a_real_postgrey(String name) throws IOException {
        assertThat(all(PostgreyDump.clients("c", new ByteArrayInputStream(recorded(name)), SETTINGS)))
                .map(each -> each instanceof Loaded.Client c
                        ? c.client() + " " + c.passes() + " " + c.last().getEpochSecond()
                        : each.toString())
                .containsExactly(
                        "network:198.51.100.0/24 6 1780143200",
                        "network:198.51.100.0/24 1 1780000400",
                        "network:2001:db8:1:2::/64 1 1780091400");
    }

    @Test
    void hashed_keys_are_skipped_each_with_its_line() throws IOException {
        assertThat(shown(triplets(recorded("postgrey-privacy.dump"))))
                .hasSize(15)
                .allMatch(each -> each.matches("p:[0-9]+: is hashed .*"))
                .startsWith("p:6: is hashed (postgrey's --privacy): nobody can tell whose it is");
    }

    @Test
    void all_databases_of_one_file_are_read() throws IOException {
        assertThat(shown(triplets(recorded("two-databases.dump"))))
                .containsExactly(
                        "p:7: is no triplet: NETWORK/SENDER/RECIPIENT with FIRST,LAST",
                        "network:198.51.100.0/24 ann@example.org bob@example.com 1780000000 1780000400 1783024400 1");
    }

    @Test
    void what_is_malformed_is_skipped_and_the_rest_is_read() throws IOException {
        String dump = HEADER + " x\n 1,2\n 192.0.2.0/a\n 1,2\n 192.0.2.0/a@b/c@d\n 5,4\n \\zz\n 1,2\ngarbage\n "
                + "x".repeat(9000)
                + "\n 1,2\n" + RECORD + "DATA=END\nVERSION=3\nformat=print\ntype=recno\nHEADER=END\n x\nDATA=END\n"
                + HEADER + RECORD + " 192.0.2.0/a@b/c@d\nDATA=END\n";
        assertThat(triplets(dump)).filteredOn(Loaded.Triplet.class::isInstance).hasSize(2);
        assertThat(shown(triplets(dump)))
                .filteredOn(line -> line.startsWith("p:"))
                .containsExactly(
                        "p:6: is no triplet: NETWORK/SENDER/RECIPIENT with FIRST,LAST",
                        "p:8: does not divide into sender and recipient",
                        "p:10: was seen last before it was seen first",
                        "p:12: is malformed, or no UTF-8",
                        "p:14: is neither a record nor DATA=END",
                        "p:15: is longer than 8192 bytes",
                        "p:20: the database is no btree, as all of postgrey's are",
                        "p:33: is a key without a value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SQLite format 3", "VERSION=2\n", "VERSION=3\nformat=print\ntype=hash\nHEADER=END\n"})
    void what_is_no_dump_of_postgrey_is_refused(String dump) {
        assertThatThrownBy(() -> triplets(dump))
                .isInstanceOf(LoadFormatException.class)
                .hasMessageStartingWith("p:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgrey.dump", "postgrey-printable.dump"})
    void a_dump_cut_off_anywhere_gives_only_what_is_whole(String name) throws IOException {
        byte[] dump = recorded(name);
        List<Loaded> whole = triplets(dump);
        for (int length = 0; length < dump.length - 1; length++) {
            byte[] cut = Arrays.copyOf(dump, length);
            try {
                List<Loaded> some = triplets(cut);
                int last = some.size() - 1;
                assertThat(some.subList(0, last)).as("cut at " + length).isEqualTo(whole.subList(0, last));
                assertThat(some.get(last)).isInstanceOf(Loaded.Skipped.class);
            } catch (LoadFormatException withinHeader) {
                assertThat(length).isLessThan(70);
            }
        }
    }
}
