// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.ManualLookup.addresses;
import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.rbl.dns.DnsAnswer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists whose answers mean several things, and lists that are asked about names. */
class ListCodesTest {
    private final ManualLookup dns = new ManualLookup();
    private final TurnedTimer timer = new TurnedTimer();

    private static DnsListBuilder combined() {
        return DnsList.builder()
                .id("all")
                .zone("all")
                .code(ReplyFilter.parse("127.0.0.[2..3]"), 2, "known source of spam")
                .code(ReplyFilter.parse("127.0.0.[10;11]"), 1, "dynamic address")
                .code(ReplyFilter.parse("127.0.9.&6"), -3, "trusted")
                .error(ReplyFilter.parseErrors("127.0.0.255 127.255.255.[252..255]"), "refuses");
    }

    private RblReport.Entry ask(DnsList list, RblQuery query, DnsAnswer... answers) {
        RblCheck check = RblCheck.builder().lookup(dns).timer(timer).list(list).build();
        CompletableFuture<RblReport> report =
                check.report(query, timer.deadline(Duration.ofSeconds(9))).toCompletableFuture();
        List<String> asked = dns.asked();
        for (int i = 0; i < answers.length; i++) {
            dns.answerExactly(asked.get(i), answers[i]);
        }
        return report.getNow(null).entries().get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.2, 2, known source of spam",
        "127.0.0.2 127.0.0.3, 2, known source of spam",
        "127.0.0.3 127.0.0.10, 3, known source of spam;dynamic address",
        "127.0.0.10 127.0.0.11 127.0.0.77, 1, dynamic address",
        "127.0.9.4, -3, trusted",
        "127.0.9.2 127.0.0.2, -1, known source of spam;trusted",
    })
    void eachCodeCountsOnce(String answer, int score, String meanings) {
        RblReport.Entry entry =
                ask(combined().build(), RblQuery.of(address("192.0.2.1")), addresses(answer.split(" ", -1)));

        assertThat(entry.score()).isEqualTo(score);
        assertThat(String.join(";", ((ListResult.Listed) entry.result()).meanings()))
                .isEqualTo(meanings);
        assertThat(entry.most()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.77, clean",
        "127.0.9.1, clean",
        "127.0.0.255, unknown=error-code:127.0.0.255",
        "127.0.0.2 127.0.0.255, unknown=error-code:127.0.0.255",
        "127.255.255.254, unknown=error-code:127.255.255.254"
    })
    void otherAnswersAreNoListing(String answer, String result) {
        assertThat(ask(combined().build(), RblQuery.of(address("192.0.2.1")), addresses(answer.split(" ", -1)))
                        .result())
                .hasToString(result);
    }

    @Test
    void aListIsAskedAboutTheNamesThatItIsMeantForAndCountsOnce() {
        DnsList list = combined()
                .ask(EnumSet.of(Asked.HELO, Asked.SENDER_DOMAIN, Asked.CLIENT_NAME))
                .build();
        RblQuery query = RblQuery.of(RblCheckTest.request(
                "client_address", "192.0.2.1",
                "client_name", "unknown",
                "reverse_client_name", "liar.example.org",
                "helo_name", "Mail.Example.ORG.",
                "sender", "Joe@B\u00fccher.example"));

        RblReport.Entry entry = ask(list, query, addresses("127.0.0.2"), addresses("127.0.0.3"));

        assertThat(dns.asked()).containsExactly("mail.example.org.all.", "xn--bcher-kva.example.all.");
        assertThat(entry.score()).as("the code counts once, however often").isEqualTo(2);
        assertThat(entry.result()).hasToString("listed=127.0.0.2,127.0.0.3");
    }

    @Test
    void aNameThatIsTwoOfTheseIsAskedOnce() {
        DnsList list = combined().ask(EnumSet.allOf(Asked.class)).build();
        ask(
                list,
                RblQuery.of(RblCheckTest.request(
                        "client_address", "192.0.2.1",
                        "client_name", "a.example",
                        "reverse_client_name", "a.example",
                        "helo_name", "[192.0.2.1]",
                        "sender", "")),
                addresses("127.0.0.2"),
                new DnsAnswer.Failed("timeout"));
        assertThat(dns.asked()).containsExactly("1.2.0.192.all.", "a.example.all.");
    }

    @Test
    void whatTheClientHasNotIsNotAsked() {
        DnsList list = combined().ask(EnumSet.of(Asked.HELO)).build();
        RblCheck check = RblCheck.builder().lookup(dns).timer(timer).list(list).build();
        RblReport report = check.report(address("192.0.2.1"), timer.deadline(Duration.ofSeconds(9)))
                .toCompletableFuture()
                .getNow(null);

        assertThat(report.entries().get(0).result()).hasToString("unasked=nothing-to-ask");
        assertThat(report).hasToString("result=clean score=0");
        assertThat(check.counts()).containsEntry("all", new ListCounts(0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"localhost", "unknown", "''", "1.2.3.4", "a..example", "-", "exa mple.org", "[IPv6:::1]"})
    void whatIsNoDomainIsNotAsked(String helo) {
        assertThat(RblQuery.of(RblCheckTest.request("client_address", "unknown", "helo_name", helo))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void aDomainIsAskedWhicheverNameAListIsMeantFor() {
        DnsList list =
                combined().ask(EnumSet.of(Asked.HELO, Asked.SENDER_DOMAIN)).build();
        ask(list, RblQuery.ofDomain("Spam.Example."), addresses("127.0.0.2"));
        assertThat(dns.asked()).containsExactly("spam.example.all.");
        assertThatThrownBy(() -> RblQuery.ofDomain("nonsense")).hasMessage("no domain name");
    }
}
