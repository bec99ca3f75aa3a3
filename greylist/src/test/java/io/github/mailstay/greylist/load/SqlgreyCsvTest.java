// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.load.SqlgreyCsv.Table;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SqlgreyCsvTest {
    private static List<String> read(Table table, String csv) throws IOException {
        SqlgreyCsv reader = SqlgreyCsv.open(
                "s", new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), table, PostgreyDumpTest.SETTINGS);
        return PostgreyDumpTest.all(reader).stream()
                .map(each -> each instanceof Loaded.Triplet t
                        ? t.client() + " " + t.sender() + " " + t.recipient() + " "
                                + t.entry().firstSeen()
                        : each instanceof Loaded.Client c ? c.client() + " " + c.last() : each.toString())
                .toList();
    }

    @Test
    void rows_of_connect_wait_whatever_the_order_of_the_columns() throws IOException {
        assertThat(read(
                        Table.CONNECT,
                        "rcpt,id,src,\"sender_name\",sender_domain,first_seen\r\n"
                                + "b@example.com,1,192.0.2,ann,example.org,2026-05-28 20:26:40\r\n"
                                + "b@example.com,2,192.0.2.9,-undef-,-undef-,1780000000\r\n\r\n"
                                + "b@example.com,3,2001:0db8:0001:0002,\"a,\"\"b\"\"\",example.org,2026-05-28 22:26:40.5+02\r\n"
                                + "b@example.com,4,192.0.2.9,root,-undef-,2026-05-28T20:26:40Z"))
                .containsExactly(
                        "network:192.0.2.0/24 ann@example.org b@example.com 2026-05-28T20:26:40Z",
                        "network:192.0.2.0/24 <> b@example.com 2026-05-28T20:26:40Z",
                        "network:2001:db8:1:2::/64 a,\"b\"@example.org b@example.com 2026-05-28T20:26:40Z",
                        "network:192.0.2.0/24 root b@example.com 2026-05-28T20:26:40Z");
    }

    @Test
    void rows_of_the_allow_lists_are_trusted_clients() throws IOException {
        assertThat(read(
                        Table.FROM_AWL,
                        "sender_name,sender_domain,src,first_seen,last_seen\na,b.example,192.0.2,1,60\n"))
                .containsExactly("network:192.0.2.0/24 1970-01-01T00:01:00Z");
        assertThat(read(Table.DOMAIN_AWL, "last_seen,sender_domain,src,first_seen\n60,b.example,192.0.2.8,1\n"))
                .containsExactly("network:192.0.2.0/24 1970-01-01T00:01:00Z");
    }

    @Test
    void what_is_malformed_is_skipped_with_its_line() throws IOException {
        assertThat(read(Table.DOMAIN_AWL, """
                sender_domain,src,first_seen,last_seen
                a,b
                a,192.0.2,1,"6
                x,192.0.2,1,noon
                x,192.0.2,1,2026-02-30 00:00:00
                x,host,1,2
                x,192.0.2,1,"2"3
                """))
                .containsExactly(
                        "s:2: has 2 fields, not 4",
                        "s:3: has a quote that is not closed on its line",
                        "s:4: last_seen: a time is no number of seconds",
                        "s:5: last_seen: a time is no time of the calendar",
                        "s:6: the client is no IP address",
                        "s:7: has text behind a quoted field");
    }

    @Test
    void a_file_without_the_columns_is_refused() {
        for (String csv : List.of("", "a,b\n", "sender_domain,src,first_seen\n", "\"sender_domain\n")) {
            assertThatThrownBy(() -> read(Table.DOMAIN_AWL, csv)).isInstanceOf(LoadFormatException.class);
        }
    }
}
