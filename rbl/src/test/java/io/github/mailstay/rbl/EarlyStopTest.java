// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.ManualLookup.FAILED;
import static io.github.mailstay.rbl.ManualLookup.LISTED;
import static io.github.mailstay.rbl.ManualLookup.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.Verdict;
import io.github.mailstay.rbl.dns.DnsAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A check waits for no answer that can change nothing, and for every other. */
class EarlyStopTest {
    private final ManualLookup dns = new ManualLookup();
    private final TurnedTimer timer = new TurnedTimer();
    private final RblCheckBuilder settings = RblCheck.builder()
            .lookup(dns)
            .timer(timer)
            .list(list("zen", 2))
            .list(list("bl", 1))
            .list(list("white", -3));

    private static DnsList list(String id, int weight) {
        return DnsList.builder().id(id).zone(id).weight(weight).build();
    }

    private CompletableFuture<Outcome> start(RblCheck check) {
        return check.check(RblCheckTest.request("192.0.2.1"), CheckContext.of(timer.deadline(Duration.ofMinutes(1))))
                .toCompletableFuture();
    }

    @Test
    void whoCannotBecomeSuspiciousPassesAtOnce() {
        CompletableFuture<Outcome> outcome = start(settings.greylistAt(2).build());
        dns.answer("bl", LISTED);
        assertThat(outcome).isNotDone();
        dns.answer("zen", NONE);

        assertThat(outcome.getNow(null)).isEqualTo(Outcome.pass("result=listed score=1 lists=bl unneeded=white"));
    }

    @Test
    void untilToldWhichScoresMatterEachPointDoes() {
        CompletableFuture<Outcome> outcome = start(settings.build());
        dns.answer("zen", LISTED);
        dns.answer("white", NONE);
        assertThat(outcome).as("bl could make it 3").isNotDone();
        dns.answer("bl", NONE);
        assertThat(outcome).isDone();
    }

    @Test
    void aScoreOfOneTreatmentIsEnoughIfTheTreatmentsAreTold() {
        CompletableFuture<Outcome> outcome =
                start(settings.scoresThatMatter(List.of(4)).build());
        dns.answer("zen", LISTED);
        assertThat(outcome).as("white could take it below 1").isNotDone();
        dns.answer("white", NONE);

        assertThat(((Outcome.Continue) outcome.getNow(null)).notes()).containsExactly(new Suspicion(2, List.of("zen")));
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void aScoreBetweenTwoTreatmentsIsWaitedFor() {
        CompletableFuture<Outcome> outcome =
                start(settings.scoresThatMatter(List.of(3)).build());
        dns.answer("white", NONE);
        dns.answer("zen", LISTED);
        assertThat(outcome).isNotDone();
        dns.answer("bl", LISTED);
        assertThat(((Outcome.Continue) outcome.getNow(null)).notes())
                .containsExactly(new Suspicion(3, List.of("zen", "bl")));
    }

    @Test
    void nobodyIsRejectedUnlessTheOperatorNamesAScore() {
        CompletableFuture<Outcome> outcome = start(settings.rejectAt(3).build());
        dns.answer("white", NONE);
        dns.answer("zen", LISTED);
        assertThat(outcome).isNotDone();
        dns.answer("bl", LISTED);

        Verdict verdict = ((Outcome.Settle) outcome.getNow(null)).verdict();
        assertThat(verdict.toAction()).isEqualTo("554 5.7.1 Client is on block lists: zen, bl");
    }

    @Test
    void aRejectionBelowTheSuspicionIsRefused() {
        assertThatThrownBy(() -> settings.greylistAt(5).rejectAt(4).build())
                .hasMessage("rejectAt: 4 is below greylistAt, 5");
        assertThatThrownBy(() -> settings.rejectAt(0)).hasMessage("rejectAt: 0 is not above 0");
    }

    @Test
    void reportsForThoseWhoScoreThemselvesWaitForAll() {
        CompletableFuture<RblReport> report = settings.greylistAt(5)
                .build()
                .report(TestAddresses.address("192.0.2.1"), timer.deadline(Duration.ofSeconds(1)))
                .toCompletableFuture();
        dns.answer("zen", NONE);
        dns.answer("bl", FAILED);
        assertThat(report).isNotDone();
        dns.answer("white", NONE);
        assertThat(report.getNow(null)).hasToString("result=unknown score=0 unknown=bl");
    }

    /** Stopped early or not, the outcome is the same, up to scores that are treated alike. */
    @Property
    void stoppingEarlyChangesNoOutcome(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = -3, max = 3) Integer> weights,
            @ForAll @IntRange(min = 1, max = 4) int greylistAt,
            @ForAll @IntRange(max = 5) int rejectMore,
            @ForAll FailMode onUnknown,
            @ForAll @Size(max = 2) List<@IntRange(min = 1, max = 8) Integer> matters,
            @ForAll Random random) {
        OptionalInt rejectAt = rejectMore == 5 ? OptionalInt.empty() : OptionalInt.of(greylistAt + rejectMore);
        ManualLookup own = new ManualLookup();
        RblCheckBuilder builder = RblCheck.builder()
                .lookup(own)
                .timer(timer)
                .greylistAt(greylistAt)
                .onUnknown(onUnknown);
        rejectAt.ifPresent(builder::rejectAt);
        if (!matters.isEmpty()) {
            builder.scoresThatMatter(matters);
        }
        List<DnsAnswer> answers = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            builder.list(list("l" + i, weights.get(i) == 0 ? 1 : weights.get(i)));
            answers.add(List.of(LISTED, NONE, FAILED).get(random.nextInt(3)));
        }
        RblCheck check = builder.build();
        CompletableFuture<Outcome> early = start(check);
        CompletableFuture<RblReport> full = check.report(
                        TestAddresses.address("192.0.2.1"), timer.deadline(Duration.ofSeconds(1)))
                .toCompletableFuture();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            order.add(random.nextInt(order.size() + 1), i);
        }
        order.forEach(i -> own.answer("l" + i, answers.get(i)));

        NavigableSet<Integer> steps = new TreeSet<>(matters);
        steps.add(greylistAt);
        Outcome whole = new RblJudge(greylistAt, rejectAt, onUnknown, steps).judge(full.getNow(null));
        assertThat(treatment(early.getNow(null), steps, matters.isEmpty()))
                .isEqualTo(treatment(whole, steps, matters.isEmpty()));
    }

    private static String treatment(Outcome outcome, NavigableSet<Integer> steps, boolean exactly) {
        if (outcome instanceof Outcome.Settle settle) {
            return settle.verdict().toAction().substring(0, 3);
        }
        return ((Outcome.Continue) outcome)
                .notes().stream()
                        .map(note -> ((Suspicion) note).score())
                        .map(score -> exactly ? "score " + score : "step " + steps.floor(score))
                        .findFirst()
                        .orElse("none");
    }
}
