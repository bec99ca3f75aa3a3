// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache before a DNS that answers by hand, with a clock that is turned. */
@Timeout(60)
class CachedLookupTest {
    private static final String NAME = "2.0.0.127.bl.test.";
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final DnsAnswer LISTED = FakeDns.listed(Duration.ofSeconds(60), "127.0.0.2");
    private static final DnsAnswer SERVFAIL = new DnsAnswer.Failed("servfail");

    private final FakeDns dns = new FakeDns();
    private boolean answersNow;
    private long now = Long.MAX_VALUE - 1_000_000; // nanoTime may overflow at any time
    private final CachedLookup lookup =
            CachedLookup.builder(dns).nanoClock(() -> now).build();

    @ParameterizedTest
    @CsvSource({"0, 30", "1, 30", "30, 30", "31, 31", "3600, 3600", "3601, 3600", "2147483647, 3600"})
    void answersAreKeptForTheirTtlWithinBoundsToTheNanosecond(long ttl, long kept) {
        assertKeptFor(FakeDns.listed(Duration.ofSeconds(ttl), "127.0.0.2"), Duration.ofSeconds(kept));
        assertKeptFor(new DnsAnswer.None(Duration.ofSeconds(ttl)), Duration.ofSeconds(kept));
    }

    @Test
    void aTtlThatIsNoneIsKeptForTheLeastTime() {
        assertKeptFor(new DnsAnswer.None(Duration.ofSeconds(Long.MIN_VALUE)), Duration.ofSeconds(30));
        assertKeptFor(new DnsAnswer.None(Duration.ofSeconds(Long.MAX_VALUE)), Duration.ofHours(1));
    }

    @Test
    void failuresAreKeptForAFewSeconds() {
        assertKeptFor(SERVFAIL, Duration.ofSeconds(3));
        assertKeptFor(new DnsAnswer.Failed("timeout"), Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"busy", "closed"})
    void troubleOfOurOwnIsNotKept(String why) {
        assertNotKept(lookup, new DnsAnswer.Failed(why));
    }

    @Test
    void whatIsSetToNothingIsNotKept() {
        CachedLookup none = CachedLookup.builder(dns)
                .ttl(Duration.ZERO, Duration.ofHours(1))
                .failedTtl(Duration.ZERO)
                .nanoClock(() -> now)
                .build();

        assertNotKept(none, SERVFAIL);
        assertNotKept(none, new DnsAnswer.None(Duration.ZERO));
        assertNotKept(none, FakeDns.listed(Duration.ZERO, "127.0.0.2"));
    }

    @Test
    void toReadAnAnswerDoesNotProlongIt() {
        answer(LISTED);
        for (int i = 0; i < 59; i++) {
            turn(Duration.ofSeconds(1));
            assertThat(join(ask())).isSameAs(LISTED);
        }
        turn(Duration.ofSeconds(1));
        assertThat(ask()).isNotDone();
    }

    @Test
    void anAnswerReplacesTheFailureBeforeIt() {
        answer(SERVFAIL);
        turn(Duration.ofSeconds(3));
        assertKeptFor(LISTED, Duration.ofSeconds(60));
    }

    @Test
    void theCaseOfLettersMakesNoDifferenceAndNothingElseDoes() {
        CompletableFuture<DnsAnswer> first = ask("K.Test.");
        CompletableFuture<DnsAnswer> joined = ask("k.tEST.");
        assertThat(dns.questions).extracting(FakeDns.Question::name).containsExactly("k.test.");
        dns.answer(LISTED);
        assertThat(join(first)).isSameAs(join(joined)).isSameAs(LISTED);

        assertThat(join(ask("K.TEST."))).isSameAs(LISTED);
        assertThat(ask("\u212a.test.")).as("Kelvin").isNotDone();
        assertThat(ask("k.test")).isNotDone();
    }

    @Test
    void whatIsCountedIsCountedOnce() {
        var unused = ask();
        unused = ask();
        dns.answer(LISTED);
        unused = ask();
        unused = ask("other.test.");

        assertThat(lookup.counts()).isEqualTo(new CacheCounts(2, 1, 1));
    }

    @Test
    void nobodyCanAnswerOrCancelForAnother() {
        CompletableFuture<DnsAnswer> first = ask();
        CompletableFuture<DnsAnswer> second = ask();
        CompletableFuture<DnsAnswer> third = ask();
        first.cancel(true);
        second.complete(new DnsAnswer.Failed("mine"));
        assertThat(third).isNotDone();
        assertThat(dns.questions.get(0).answer()).isNotDone();

        dns.answer(LISTED);

        assertThat(join(third)).isSameAs(LISTED);
        CompletableFuture<DnsAnswer> cached = ask();
        cached.obtrudeValue(SERVFAIL);
        assertThat(join(ask())).isSameAs(LISTED);
        assertThat(dns.asked()).isEqualTo(1);
    }

    @Test
    void aStageThatFailsIsAFailureToAllAndThenAskedAnew() {
        CompletableFuture<DnsAnswer> first = ask();
        CompletableFuture<DnsAnswer> second = ask();
        dns.questions.get(0).answer().completeExceptionally(new IllegalStateException(NAME));

        assertThat(join(first)).isEqualTo(join(second)).isEqualTo(new DnsAnswer.Failed("lookup-failed"));
        turn(Duration.ofSeconds(3));
        assertKeptFor(LISTED, Duration.ofSeconds(60));
    }

    @Test
    @SuppressWarnings("NullAway") // what a lookup of somebody else's may do
    void aStageWithoutAnAnswerAndNoStageAreFailures() {
        CompletableFuture<DnsAnswer> first = ask();
        dns.answer(null);
        assertThat(join(first)).isEqualTo(new DnsAnswer.Failed("lookup-failed"));

        CachedLookup none = CachedLookup.builder((name, deadline) -> null).build();
        assertThat(join(none.lookup(NAME, Deadline.in(LONG)))).isEqualTo(new DnsAnswer.Failed("lookup-failed"));
    }

    @Test
    void aLookupThatThrowsIsAFailureAndLeavesNothingOpen() {
        List<String> asked = new ArrayList<>();
        CachedLookup throwing = CachedLookup.builder((name, deadline) -> {
                    asked.add(name);
                    throw new IllegalStateException(name);
                })
                .failedTtl(Duration.ZERO)
                .build();
        for (int i = 1; i <= 2; i++) {
            assertThat(join(throwing.lookup(NAME, Deadline.in(LONG)))).isEqualTo(new DnsAnswer.Failed("lookup-failed"));
            assertThat(asked).hasSize(i);
        }
    }

    @Test
    void anErrorIsNotSwallowedAndTheNameComesFree() {
        List<String> asked = new ArrayList<>();
        CachedLookup broken = CachedLookup.builder((name, deadline) -> {
                    asked.add(name);
                    throw new StackOverflowError();
                })
                .build();
        assertThatThrownBy(() -> broken.lookup(NAME, Deadline.in(Duration.ofMillis(100))))
                .isInstanceOf(StackOverflowError.class);
        CompletableFuture<DnsAnswer> joined =
                broken.lookup(NAME, Deadline.in(LONG)).toCompletableFuture();
        assertThat(join(joined)).isEqualTo(new DnsAnswer.Failed("timeout"));
        assertThatThrownBy(() -> broken.lookup(NAME, Deadline.in(LONG))).isInstanceOf(StackOverflowError.class);
        assertThat(asked).hasSize(2);
    }

    @Test
    void whoAsksFromWithinAnAnswerGetsThatAnswer() {
        List<DnsAnswer> again = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var unused = ask().thenAccept(answer -> again.add(join(ask())));
        }
        dns.answer(LISTED);

        assertThat(again).containsExactly(LISTED, LISTED, LISTED);
        assertThat(dns.asked()).isEqualTo(1);
    }

    @Test
    void whoAsksFromWithinAnAnswerThatIsNotKeptAsksAnew() {
        List<CompletableFuture<DnsAnswer>> again = new ArrayList<>();
        var unused = ask().thenAccept(answer -> again.add(ask()));
        dns.answer(new DnsAnswer.Failed("busy"));

        assertThat(again).hasSize(1);
        assertThat(again.get(0)).isNotDone();
        assertThat(dns.asked()).isEqualTo(2);
    }

    @Test
    void aLookupThatAnswersAtOnceIsKept() {
        List<String> asked = new ArrayList<>();
        CachedLookup prompt = CachedLookup.builder((name, deadline) -> {
                    asked.add(name);
                    return CompletableFuture.completedStage(LISTED);
                })
                .build();
        assertThat(join(prompt.lookup(NAME, Deadline.in(LONG)))).isSameAs(LISTED);
        assertThat(join(prompt.lookup(NAME, Deadline.in(LONG)))).isSameAs(LISTED);
        assertThat(asked).hasSize(1);
    }

    @Test
    void aQuestionThatIsNeverAnsweredEndsAtItsDeadlineAndItsLateAnswerIsKept() {
        CompletableFuture<DnsAnswer> first =
                lookup.lookup(NAME, Deadline.in(Duration.ofMillis(50))).toCompletableFuture();
        CompletableFuture<DnsAnswer> joined = ask();
        assertThat(join(first)).isEqualTo(join(joined)).isEqualTo(new DnsAnswer.Failed("timeout"));

        CompletableFuture<DnsAnswer> second = ask();
        assertThat(second).isNotDone();
        assertThat(dns.asked()).isEqualTo(2);
        dns.questions.get(0).answer().complete(LISTED);
        assertThat(second).as("not his question").isNotDone();
        assertThat(join(ask())).isSameAs(LISTED);
        dns.questions.get(1).answer().complete(SERVFAIL);
        assertThat(join(second)).isEqualTo(SERVFAIL);
        assertThat(join(ask())).as("a failure does not replace an answer").isSameAs(LISTED);
    }

    /** Between the look for a known answer and that for an open question; the deadline's clock is read in between. */
    @Test
    void anAnswerThatComesWhileSomebodyLooksIsNotMissed() {
        CompletableFuture<DnsAnswer> first = ask();
        Deadline meanwhile = Deadline.in(LONG, () -> {
            if (answersNow) {
                dns.answer(LISTED); // once; then it is answered already
            }
            return 0;
        });
        answersNow = true;

        assertThat(join(lookup.lookup(NAME, meanwhile))).isSameAs(LISTED);
        assertThat(first).isDone();
        assertThat(lookup.counts()).isEqualTo(new CacheCounts(1, 0, 1));
    }

    @Test
    void withoutTimeNobodyIsAskedButWhatIsKnownIsTold() {
        Deadline over = Deadline.in(Duration.ofMillis(-1));
        assertThat(join(lookup.lookup(NAME, over))).isEqualTo(new DnsAnswer.Failed("timeout"));
        assertThat(dns.asked()).isZero();
        answer(LISTED);
        assertThat(join(lookup.lookup(NAME, over))).isSameAs(LISTED);
    }

    @Test
    void theEntriesAreBounded() {
        List<String> names =
                IntStream.range(0, 2000).mapToObj(i -> i + ".test.").toList();
        CachedLookup small =
                CachedLookup.builder(dns).maxEntries(100).nanoClock(() -> now).build();
        for (String name : names) {
            var unused = small.lookup(name, Deadline.in(LONG));
            dns.answer(LISTED);
        }

        long kept = names.stream()
                .filter(name -> small.lookup(name, Deadline.in(LONG))
                        .toCompletableFuture()
                        .isDone())
                .count();

        assertThat(kept).isBetween(1L, 100L);
    }

    @Test
    void anAnswerCountsAsManyEntriesAsItHasAddresses() {
        CachedLookup small =
                CachedLookup.builder(dns).maxEntries(100).nanoClock(() -> now).build();
        String[] many = Collections.nCopies(101, "127.0.0.2").toArray(String[]::new);
        assertNotKept(small, FakeDns.listed(Duration.ofSeconds(60), many));
    }

    @Test
    void sillySettingsNameThemselves() {
        CachedLookup.Builder builder = CachedLookup.builder(dns);
        assertThatThrownBy(() -> builder.ttl(Duration.ofSeconds(-1), LONG)).hasMessageContaining("ttl: PT-1S");
        assertThatThrownBy(() -> builder.ttl(LONG, Duration.ofMinutes(4))).hasMessageContaining("ttl: PT5M");
        assertThatThrownBy(() -> builder.ttl(LONG, Duration.ofDays(2))).hasMessageContaining("1 day");
        assertThatThrownBy(() -> builder.failedTtl(Duration.ofSeconds(11))).hasMessageContaining("failedTtl: PT11S");
        assertThatThrownBy(() -> builder.failedTtl(Duration.ofNanos(-1))).hasMessageContaining("failedTtl: PT-");
        assertThatThrownBy(() -> builder.maxEntries(0)).hasMessageContaining("maxEntries: 0");
        assertThatCode(() -> builder.ttl(Duration.ZERO, Duration.ZERO)
                        .ttl(LONG, LONG)
                        .failedTtl(Duration.ofSeconds(10))
                        .maxEntries(1)
                        .build())
                .doesNotThrowAnyException();
    }

    /** Until a nanosecond before its time is over, and no longer. */
    private void assertKeptFor(DnsAnswer answer, Duration time) {
        answer(answer);
        int asked = dns.asked();
        turn(time.minusNanos(1));
        assertThat(join(ask())).isSameAs(answer);
        turn(Duration.ofNanos(1));
        CompletableFuture<DnsAnswer> next = ask();
        assertThat(dns.asked()).isEqualTo(asked + 1);
        dns.answer(new DnsAnswer.Failed("closed"));
        assertThat(join(next)).isEqualTo(new DnsAnswer.Failed("closed"));
    }

    private void assertNotKept(CachedLookup lookup, DnsAnswer answer) {
        for (int i = 0; i < 2; i++) {
            CompletableFuture<DnsAnswer> asked =
                    lookup.lookup(NAME, Deadline.in(LONG)).toCompletableFuture();
            assertThat(asked).isNotDone();
            dns.answer(answer);
            assertThat(join(asked)).isEqualTo(answer);
        }
    }

    private void answer(DnsAnswer answer) {
        CompletableFuture<DnsAnswer> asked = ask();
        dns.answer(answer);
        assertThat(join(asked)).isSameAs(answer);
    }

    private CompletableFuture<DnsAnswer> ask() {
        return ask(NAME);
    }

    private CompletableFuture<DnsAnswer> ask(String name) {
        return lookup.lookup(name, Deadline.in(LONG)).toCompletableFuture();
    }

    private void turn(Duration by) {
        now += by.toNanos();
    }

    private static DnsAnswer join(CompletionStage<DnsAnswer> answer) {
        return answer.toCompletableFuture()
                .copy()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
