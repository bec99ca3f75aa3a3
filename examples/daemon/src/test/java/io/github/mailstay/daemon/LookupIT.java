// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lookup} as a person runs it, and what the daemon tells of lists that lie or are dead. */
class LookupIT {
    private static final String LISTS = "rbl.lists=[{id=bl,zone=sesame7.bl.example,ask=[client-ip,helo],"
            + "codes=[\"127.0.0.2 2 known source\",\"127.0.0.[3..9] 1 dynamic\"]},{id=dead,zone=dead.example}]";

    @TempDir
    private Path dir;

    private ScriptedDnsServer dns = ScriptedDnsServer.start();

    @BeforeEach
    void zones() {
        DnsReply listed = DnsReply.addresses("127.0.0.2", "127.0.0.3")
                .withTexts("Listed,\r\nsee http://sesame7.bl.example/".getBytes(StandardCharsets.UTF_8));
        dns.zone("bl.example", DnsReply.nxdomain())
                .name("2.0.0.127.sesame7.bl.example", DnsReply.addresses("127.0.0.2"))
                .name("test.sesame7.bl.example", DnsReply.addresses("127.0.0.2"))
                .name("7.2.0.192.sesame7.bl.example", listed)
                .name("spam.example.sesame7.bl.example", DnsReply.addresses("127.0.0.4"))
                .zone("dead.example", DnsReply.servfail());
    }

    @AfterEach
    void close() {
        dns.close();
    }

    private DaemonProcess.Result lookup(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("lookup"));
        line.addAll(List.of(words));
        line.addAll(List.of("--set", "data-dir=" + dir + "/data", "--set", resolver(), "--set", LISTS));
        return DaemonProcess.run(dir, line.toArray(String[]::new));
    }

    private String resolver() {
        return "rbl.resolver=127.0.0.1:" + dns.address().getPort();
    }

    @Test
    void an_address_with_what_each_list_says_and_means() throws Exception {
        DaemonProcess.Result result = lookup("192.0.2.7");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith("192.0.2.7: score 3\n")
                .containsPattern("bl +listed=127\\.0\\.0\\.2,127\\.0\\.0\\.3 +3 +[0-9.]+ +[0-9]+s healthy\n")
                .contains("    means: known source\n    means: dynamic\n")
                .contains("    says:  Listed, see http://bl/\n")
                .containsPattern("dead +unknown=servfail +[0-9.]+ +healthy\n")
                .doesNotContain("sesame7");
        assertThat(result.out().lines()).allMatch(text -> text.length() <= 90);
    }

    @Test
    void many_addresses_and_domains_from_a_file_as_json_too() throws Exception {
        Path file = Files.writeString(dir.resolve("many"), "192.0.2.7\n\nspam.example\nnon sense\n192.0.2.8\n");

        DaemonProcess.Result table = lookup(file.toString());
        assertThat(table.exit()).as("one line is nothing").isEqualTo(65);
        assertThat(table.out())
                .contains("192.0.2.7: score 3\n", "spam.example: score 1\n", "192.0.2.8: score 0\n")
                .contains("'non sense' is neither IP address nor domain\n");

        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=[]", resolver(), LISTS)) {
            DaemonProcess.Result json = lookup("--json", file.toString());
            assertThat(json.out().lines().filter(text -> text.startsWith("{")))
                    .hasSize(3)
                    .anySatisfy(
                            text -> assertThat(text)
                                    .startsWith("{\"asked\":\"192.0.2.7\",\"score\":3,\"lists\":[{\"id\":\"bl\",")
                                    .contains(
                                            "\"meanings\":[\"known source\",\"dynamic\"],\"reason\":\"Listed, see http://bl/\""));
            assertThat(daemon.stop()).isZero();
        }
    }

    @Test
    void a_list_that_lies_is_an_alarm_once_and_over_when_it_tells_the_truth() throws Exception {
        dns.zone("bl.example", DnsReply.addresses("127.0.0.2"));
        try (DaemonProcess daemon =
                DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0", resolver(), LISTS, "rbl.test-interval=1s")) {
            awaitLog(daemon, "alarm rbl.list bl: lists-");
            assertThat(ContractIT.ask(daemon, ContractIT.rcpt("198.51.100.9", "a@example.org", "b@example.net"))
                            .action())
                    .as("a list that has everybody has nobody")
                    .isEqualTo("DUNNO");
            DaemonProcess.Result stats =
                    DaemonProcess.run(dir, "greylist", "stats", "--set", "data-dir=" + dir + "/data");
            assertThat(stats.out()).containsPattern("rbl\\.bl\\.health +dead \\(lists-");

            dns.zone("bl.example", DnsReply.nxdomain());
            awaitLog(daemon, "alarm over rbl.list bl: it answers again");
            assertThat(daemon.log().split("alarm rbl.list bl", -1)).hasSize(2);
            assertThat(daemon.log()).doesNotContain("sesame7");
            assertThat(daemon.stop()).isZero();
        }
    }

    private static void awaitLog(DaemonProcess daemon, String text) throws InterruptedException {
        for (int i = 0; i < 600 && !daemon.log().contains(text); i++) {
            Thread.sleep(50);
        }
        assertThat(daemon.log()).contains(text);
    }
}
