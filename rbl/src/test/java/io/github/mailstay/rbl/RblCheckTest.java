// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.ManualLookup.FAILED;
import static io.github.mailstay.rbl.ManualLookup.LISTED;
import static io.github.mailstay.rbl.ManualLookup.NONE;
import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The check, with a DNS that answers by hand and a clock turned by hand. */
class RblCheckTest {
    private static final String CLIENT = "192.0.2.1";

    private final ManualLookup dns = new ManualLookup();
    private final TurnedTimer timer = new TurnedTimer();
    private final RblCheckBuilder settings = RblCheck.builder()
            .lookup(dns)
            .timer(timer)
            .list(list("zen", 2))
            .list(list("bl", 1))
            .list(list("white", -3));

    @Test
    void allListsAreAskedAtOnce() {
        var unused = start(settings.build(), CLIENT);

        assertThat(dns.asked()).containsExactly("1.2.0.192.zen.", "1.2.0.192.bl.", "1.2.0.192.white.");
    }

    @Test
    void aScoreAtTheThresholdIsASuspicion() {
        CompletableFuture<Outcome> outcome = start(settings.greylistAt(3).build(), CLIENT);
        dns.answer("zen", LISTED);
        dns.answer("white", NONE);
        assertThat(outcome).isNotDone();
        dns.answer("bl", LISTED);

        Outcome.Continue found = (Outcome.Continue) outcome.getNow(null);
        assertThat(found.found()).isEqualTo("result=listed score=3 lists=zen,bl");
        assertThat(found.notes()).containsExactly(new Suspicion(3, List.of("zen", "bl")));
        assertThat(found.headers()).isEmpty();
        assertThat(timer.waiting()).as("alarms left behind").isZero();
    }

    @Test
    void aScoreBelowTheThresholdIsNone() {
        CompletableFuture<Outcome> outcome = start(settings.greylistAt(3).build(), CLIENT);
        dns.answer("zen", LISTED);
        dns.answer("bl", NONE);
        dns.answer("white", NONE);

        assertThat(outcome.getNow(null)).isEqualTo(Outcome.pass("result=listed score=2 lists=zen unneeded=white"));
    }

    @Test
    void anAllowListTakesAwayAndIsNoReason() {
        RblCheck check = settings.list(list("huge", 5)).build();
        CompletableFuture<Outcome> outcome = start(check, CLIENT);
        dns.answer("white", LISTED);
        dns.answer("zen", NONE);
        dns.answer("bl", LISTED);
        dns.answer("huge", LISTED);

        Outcome.Continue found = (Outcome.Continue) outcome.getNow(null);
        assertThat(found.found()).isEqualTo("result=listed score=3 lists=bl,white,huge");
        assertThat(found.notes()).containsExactly(new Suspicion(3, List.of("bl", "huge")));
    }

    @Test
    void anAllowListAloneIsNoSuspicion() {
        CompletableFuture<Outcome> outcome = start(settings.build(), CLIENT);
        dns.answer("white", LISTED);
        dns.answer("zen", NONE);
        dns.answer("bl", NONE);

        assertThat(outcome.getNow(null)).isEqualTo(Outcome.pass("result=listed score=-3 lists=white unneeded=zen,bl"));
    }

    @Test
    void anAllowListThatRefusesAllowsNobody() {
        CompletableFuture<Outcome> outcome = start(settings.build(), CLIENT);
        dns.answer("white", ManualLookup.addresses("127.0.0.255"));
        dns.answer("zen", LISTED);
        dns.answer("bl", NONE);

        assertThat(outcome.getNow(null).found()).isEqualTo("result=listed score=2 lists=zen unknown=white");
    }

    @Test
    void cleanIsSaid() {
        CompletableFuture<Outcome> outcome = start(settings.build(), CLIENT);
        List.of("zen", "bl", "white").forEach(list -> dns.answer(list, NONE));

        assertThat(outcome.getNow(null)).isEqualTo(Outcome.pass("result=clean score=0 unneeded=white"));
    }

    @Test
    void atTheDeadlineWhatIsKnownDecides() {
        CompletableFuture<Outcome> outcome =
                start(settings.deadline(Duration.ofSeconds(1)).build(), CLIENT);
        dns.answer("zen", LISTED);
        timer.turn(Duration.ofMillis(999));
        assertThat(outcome).isNotDone();
        timer.turn(Duration.ofMillis(1));

        assertThat(outcome.getNow(null).found()).isEqualTo("result=listed score=2 lists=zen unknown=bl,white");
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void aTenthOfTheChainsTimeIsLeftToTheOthers() {
        CompletableFuture<Outcome> outcome = settings.build()
                .check(request(CLIENT), CheckContext.of(timer.deadline(Duration.ofMillis(500))))
                .toCompletableFuture();
        timer.turn(Duration.ofMillis(449));
        assertThat(outcome).isNotDone();
        timer.turn(Duration.ofMillis(1));

        assertThat(outcome.getNow(null).found()).isEqualTo("result=unknown score=0 unknown=zen,bl,white");
    }

    @Test
    void withoutTimeNobodyIsAsked() {
        Outcome outcome = settings.build()
                .check(request(CLIENT), CheckContext.of(timer.deadline(Duration.ofMillis(5))))
                .toCompletableFuture()
                .getNow(null);

        assertThat(outcome.found()).isEqualTo("result=unknown score=0 unknown=zen,bl,white");
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void eachListHasATimeoutOfItsOwn() {
        RblCheck check = settings.list(DnsList.builder()
                        .id("hasty")
                        .zone("hasty")
                        .timeout(Duration.ofMillis(100))
                        .build())
                .build();
        CompletableFuture<RblReport> report = check.report(address(CLIENT), timer.deadline(Duration.ofSeconds(30)))
                .toCompletableFuture();
        timer.turn(Duration.ofMillis(100));
        dns.answer("hasty", LISTED);
        dns.answer("zen", LISTED);
        timer.turn(Duration.ofMillis(1899));
        assertThat(report).isNotDone();
        timer.turn(Duration.ofMillis(1));

        assertThat(report.getNow(null).entries())
                .containsExactly(
                        entry(
                                "zen",
                                2,
                                new ListResult.Listed(
                                        List.of("127.0.0.2"), List.of(new ListCode(ReplyFilter.ANY, 2, ""))),
                                100),
                        entry("bl", 1, new ListResult.Unknown("timeout"), 2000),
                        entry("white", 0, new ListResult.Unknown("timeout"), 2000),
                        entry("hasty", 1, new ListResult.Unknown("timeout"), 100));
    }

    @Test
    void aLookupThatFailsIsUnknownAndKeepsItsSecret() {
        RblCheck check = RblCheck.builder()
                .timer(timer)
                .lookup((name, deadline) -> {
                    if (name.endsWith(".zen.")) {
                        throw new IllegalStateException("no " + name);
                    }
                    return CompletableFuture.failedStage(new IllegalStateException("no " + name));
                })
                .list(list("zen", 1))
                .list(list("bl", 1))
                .build();

        RblReport report = check.report(address(CLIENT), timer.deadline(Duration.ofSeconds(1)))
                .toCompletableFuture()
                .getNow(null);
        assertThat(report.entries())
                .extracting(RblReport.Entry::result)
                .containsOnly(new ListResult.Unknown("lookup-failed"));
    }

    @Test
    void aNameThatIsTooLongIsUnknown() {
        String label = "a".repeat(60);
        DnsList deep = DnsList.builder()
                .id("deep")
                .zone(String.join(".", label, label, label, label))
                .build();
        RblCheck check = RblCheck.builder().timer(timer).lookup(dns).list(deep).build();

        RblReport report = check.report(address("2001:db8::1"), timer.deadline(Duration.ofSeconds(1)))
                .toCompletableFuture()
                .getNow(null);
        assertThat(report.entries().get(0).result()).isEqualTo(new ListResult.Unknown("name-too-long"));
    }

    @Test
    void unknownIsDeferredOnlyIfAskedFor() {
        CompletableFuture<Outcome> passes = start(settings.build(), CLIENT);
        CompletableFuture<Outcome> defers =
                start(settings.onUnknown(FailMode.DEFER).build(), CLIENT);
        dns.answer("zen", FAILED);
        dns.answer("bl", NONE);
        dns.answer("white", NONE);

        String found = "result=unknown score=0 unknown=zen";
        assertThat(passes.getNow(null)).isEqualTo(Outcome.pass(found + " unneeded=white"));
        Outcome.Settle settle = (Outcome.Settle) defers.getNow(null);
        assertThat(settle.found()).isEqualTo(found);
        assertThat(settle.verdict()).isInstanceOf(Verdict.Defer.class);
        assertThat(settle.verdict().toAction()).startsWith("451 4.7.1 ").doesNotContain("zen");
    }

    @Test
    void unknownIsNotDeferredIfSuspiciousAlready() {
        CompletableFuture<Outcome> outcome =
                start(settings.onUnknown(FailMode.DEFER).build(), CLIENT);
        dns.answer("zen", LISTED);
        dns.answer("bl", FAILED);
        dns.answer("white", FAILED);

        assertThat(((Outcome.Continue) outcome.getNow(null)).notes()).containsExactly(new Suspicion(2, List.of("zen")));
    }

    @Test
    void unknownIsNotDeferredIfItCouldChangeNothing() {
        RblCheck check = settings.onUnknown(FailMode.DEFER).greylistAt(2).build();
        CompletableFuture<Outcome> outcome = start(check, CLIENT);
        dns.answer("bl", FAILED);
        dns.answer("white", FAILED);
        dns.answer("zen", NONE);

        assertThat(outcome.getNow(null)).isEqualTo(Outcome.pass("result=unknown score=0 unknown=bl,white"));
    }

    @Test
    void onlyRecipientsOfStrangersAreLookedAt() {
        RblCheck check = settings.build();
        CheckContext context = CheckContext.of(timer.deadline(Duration.ofSeconds(5)));

        for (PolicyRequest other : List.of(
                request("protocol_state", "DATA", "client_address", CLIENT),
                request("protocol_state", "RCPT", "client_address", CLIENT, "sasl_username", "alice"))) {
            assertThat(check.check(other, context).toCompletableFuture().getNow(null))
                    .isEqualTo(Outcome.pass());
        }
        assertThat(dns.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "mail.example.org", "192.0.2"})
    void aClientWithoutAddressIsUnknown(String address) {
        assertThat(start(settings.build(), address).getNow(null)).isEqualTo(Outcome.pass("client=unknown"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "127.0.0.2",
                "169.254.1.1",
                "100.64.0.1",
                "100.127.255.255",
                "::1",
                "fe80::1",
                "fd00::1",
                "::ffff:10.1.2.3",
                "::ffff:127.0.0.2"
            })
    void noListKnowsWhatIsNotPublic(String address) {
        assertThat(start(settings.build(), address).getNow(null)).isEqualTo(Outcome.pass("result=skipped"));
        assertThat(dns.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.32.0.1", "100.128.0.1", "11.0.0.1", "2001:db8::1", "::ffff:192.0.2.1"})
    void whatIsPublicIsAsked(String address) {
        var unused = start(settings.build(), address);

        assertThat(dns.asked()).hasSize(3);
    }

    @Test
    void skippedNetworksAreASettingAndDoNotHoldForReports() {
        RblCheck check = settings.skipNetworks(List.of(AddressRange.parse("192.0.2.0/24")))
                .build();

        assertThat(start(check, CLIENT).getNow(null)).isEqualTo(Outcome.pass("result=skipped"));
        var unused = check.report(address("127.0.0.2"), timer.deadline(Duration.ofSeconds(1)));
        var unusedToo = check.report(address(CLIENT), timer.deadline(Duration.ofSeconds(1)));
        assertThat(dns.asked()).hasSize(6).contains("2.0.0.127.zen.", "1.2.0.192.zen.");
    }

    @Test
    void aLateAnswerChangesNothingDecided() {
        List<RblReport> heard = new ArrayList<>();
        RblCheck check = settings.listener(new RblListener() {
                    @Override
                    public void reported(RblQuery query, RblReport report) {
                        heard.add(report);
                    }
                })
                .build();
        CompletableFuture<Outcome> outcome = start(check, CLIENT);
        timer.turn(Duration.ofSeconds(3));
        Outcome decided = outcome.getNow(null);
        List.of("zen", "bl", "white").forEach(list -> dns.answer(list, LISTED));

        assertThat(outcome.getNow(null)).isSameAs(decided);
        assertThat(heard).hasSize(1);
        assertThat(heard.get(0)).hasToString("result=unknown score=0 unknown=zen,bl,white");
        assertThat(check.counts().get("zen")).isEqualTo(new ListCounts(0, 0, 1));
    }

    @Test
    void whatIsFoundIsCountedAndTold() {
        List<String> heard = new ArrayList<>();
        RblCheck check = settings.listener(new RblListener() {
                    @Override
                    public void reported(RblQuery query, RblReport report) {
                        heard.add(query + " " + report);
                        throw new IllegalStateException("harms nobody");
                    }
                })
                .build();
        CompletableFuture<Outcome> outcome = start(check, CLIENT);
        var before = check.counts();
        dns.answer("zen", LISTED);
        dns.answer("bl", FAILED);
        dns.answer("white", NONE);

        assertThat(outcome).isCompleted();
        assertThat(heard).containsExactly("192.0.2.1 result=listed score=2 lists=zen unknown=bl");
        assertThat(check.counts())
                .containsEntry("zen", new ListCounts(1, 0, 0))
                .containsEntry("bl", new ListCounts(0, 0, 1))
                .containsEntry("white", new ListCounts(0, 1, 0));
        assertThat(check.counts().keySet()).containsExactly("zen", "bl", "white");
        assertThat(check.counts().values()).allMatch(count -> count.asked() == 1);
        assertThat(before.values()).as("a snapshot").hasSize(3).allMatch(count -> count.asked() == 0);
    }

    @Test
    void withoutListsEverybodyIsClean() {
        RblCheck none = RblCheck.builder().lookup(dns).timer(timer).build();

        assertThat(start(none, CLIENT).getNow(null)).isEqualTo(Outcome.pass("result=clean score=0"));
    }

    @Test
    void sillySettingsNameThemselves() {
        assertThatThrownBy(() -> settings.list(list("zen", 1))).hasMessage("lists: the id zen is taken");
        assertThatThrownBy(() -> settings.greylistAt(0)).hasMessage("greylistAt: 0 is not above 0");
        assertThatThrownBy(() -> settings.deadline(Duration.ZERO)).hasMessageStartingWith("deadline: PT0S");
        assertThatThrownBy(() -> settings.deadline(Duration.ofSeconds(61))).hasMessageStartingWith("deadline: ");
        assertThatThrownBy(() -> RblCheck.builder().build()).hasMessage("lookup: missing");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 65; i++) {
                        settings.list(list("more-" + i, 1));
                    }
                })
                .hasMessage("lists: more than 64");
    }

    private CompletableFuture<Outcome> start(RblCheck check, String client) {
        return check.check(request(client), CheckContext.of(timer.deadline(Duration.ofSeconds(5))))
                .toCompletableFuture();
    }

    static PolicyRequest request(String client) {
        return request("protocol_state", "RCPT", "client_address", client);
    }

    static PolicyRequest request(String... attributes) {
        PolicyRequest.Builder request = PolicyRequest.builder();
        for (int i = 0; i < attributes.length; i += 2) {
            request.attribute(attributes[i], attributes[i + 1]);
        }
        return request.build();
    }

    private static RblReport.Entry entry(String id, int weight, ListResult result, int millis) {
        Duration ttl = result instanceof ListResult.Listed ? Duration.ofSeconds(60) : Duration.ZERO;
        return new RblReport.Entry(id, weight, result, Duration.ofMillis(millis), ttl);
    }

    private static DnsList list(String id, int weight) {
        return DnsList.builder().id(id).zone(id).weight(weight).build();
    }
}
