// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.TraceStep.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PolicyChainTest {
    private static final PolicyRequest REQUEST =
            PolicyRequest.builder().attribute("protocol_state", "RCPT").build();
    private static final Verdict.Defer LATER = new Verdict.Defer(451, new ReplyText("4.7.1", "later"));
    private static final Duration AGES = Duration.ofMinutes(5);

    private static PolicyCheck says(Outcome outcome) {
        return (request, context) -> CompletableFuture.completedFuture(outcome);
    }

    private static Decision decide(PolicyChain chain, Duration deadline) {
        return chain.decide(REQUEST, Deadline.in(deadline))
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static PolicyChain.Builder chain(PolicyCheck check, FailMode failMode) {
        return PolicyChain.builder().check("first", check, failMode);
    }

    @Test
    void an_empty_chain_has_no_opinion() {
        Decision decision = decide(PolicyChain.builder().build(), AGES);
        assertThat(decision.verdict()).isEqualTo(Verdict.DUNNO);
        assertThat(decision.trace()).isEmpty();
    }

    @Test
    void the_first_that_settles_ends_the_chain() {
        PolicyChain chain = chain(says(Outcome.pass("nothing=here")), FailMode.PASS)
                .check("second", says(Outcome.settle("why=so", LATER)), FailMode.PASS)
                .check("third", says(Outcome.settle("", Verdict.DUNNO)), FailMode.PASS)
                .build();
        Decision decision = decide(chain, AGES);
        assertThat(decision.verdict()).isEqualTo(LATER);
        assertThat(decision.trace()).extracting(TraceStep::check).containsExactly("first", "second");
        assertThat(decision.trace()).extracting(TraceStep::result).containsExactly(Result.CONTINUED, Result.SETTLED);
        assertThat(decision.trace()).extracting(TraceStep::found).containsExactly("nothing=here", "why=so");
        assertThat(decision).hasToString("451 4.7.1 later | first CONTINUED nothing=here | second SETTLED why=so");
    }

    @Test
    void notes_reach_the_checks_behind_and_headers_the_decision() {
        Suspicion weak = new Suspicion(1, List.of("a"));
        Suspicion strong = new Suspicion(3, List.of("a", "b"));
        Header header = new Header("X-Test", "1");
        List<Object> seen = new ArrayList<>();
        PolicyChain chain = chain(
                        (request, context) -> {
                            seen.add(context.note(Suspicion.class));
                            return CompletableFuture.completedFuture(
                                    new Outcome.Continue("", List.of(weak, strong), List.of(header)));
                        },
                        FailMode.PASS)
                .check(
                        "second",
                        (request, context) -> {
                            seen.add(context.note(Suspicion.class).orElseThrow());
                            return CompletableFuture.completedFuture(Outcome.pass());
                        },
                        FailMode.PASS)
                .build();
        assertThat(decide(chain, AGES).headers()).containsExactly(header);
        assertThat(seen).hasSize(2).endsWith(strong);
        assertThat(seen.get(0)).hasToString("Optional.empty");
    }

    @Test
    void a_check_that_throws_counts_as_its_fail_mode() {
        PolicyCheck broken = (request, context) -> {
            throw new IllegalStateException("secret text");
        };
        Decision passed = decide(chain(broken, FailMode.PASS).build(), AGES);
        assertThat(passed.verdict()).isEqualTo(Verdict.DUNNO);
        assertThat(passed.trace().get(0).result()).isEqualTo(Result.FAILED);
        assertThat(passed.trace().get(0).found()).isEqualTo("error=IllegalStateException");
        Decision deferred = decide(chain(broken, FailMode.DEFER).build(), AGES);
        assertThat(deferred.verdict()).isEqualTo(FailMode.DEFERRAL);
        assertThat(deferred.toString()).doesNotContain("secret");
    }

    @Test
    @SuppressWarnings("NullAway") // what a check outside of null checking may do
    void a_check_that_fails_or_answers_null_counts_as_its_fail_mode() {
        List<PolicyCheck> broken = List.of(
                (request, context) -> CompletableFuture.failedFuture(new IllegalStateException()),
                (request, context) -> CompletableFuture.supplyAsync(() -> {
                    throw new IllegalStateException();
                }),
                (request, context) -> CompletableFuture.completedFuture(null),
                (request, context) -> null);
        for (PolicyCheck check : broken) {
            assertThat(decide(chain(check, FailMode.DEFER).build(), AGES).verdict())
                    .isEqualTo(FailMode.DEFERRAL);
            assertThat(decide(chain(check, FailMode.PASS).build(), AGES).verdict())
                    .isEqualTo(Verdict.DUNNO);
        }
    }

    @Test
    void a_silent_check_is_not_waited_for_and_the_rest_is_not_asked() {
        CompletableFuture<Outcome> shared = new CompletableFuture<>();
        List<String> asked = new ArrayList<>();
        PolicyChain chain = chain((request, context) -> shared, FailMode.PASS)
                .check(
                        "second",
                        (request, context) -> {
                            asked.add("second");
                            return CompletableFuture.completedFuture(Outcome.pass());
                        },
                        FailMode.DEFER)
                .build();
        Decision decision = decide(chain, Duration.ofMillis(20));
        assertThat(decision.trace()).extracting(TraceStep::result).containsExactly(Result.LATE, Result.LATE);
        assertThat(decision.verdict()).isEqualTo(FailMode.DEFERRAL);
        assertThat(asked).isEmpty();
        // The future may be shared with other requests: ours must not have ended it.
        assertThat(shared).isNotDone();
        shared.complete(Outcome.settle("", LATER));
        assertThat(decision.verdict()).isEqualTo(FailMode.DEFERRAL);
    }

    @Test
    void a_later_answer_goes_on_with_the_chain() {
        CompletableFuture<Outcome> first = new CompletableFuture<>();
        PolicyChain chain = chain((request, context) -> first, FailMode.PASS)
                .check("second", says(Outcome.settle("", LATER)), FailMode.PASS)
                .build();
        CompletableFuture<Decision> decision =
                chain.decide(REQUEST, Deadline.in(AGES)).toCompletableFuture();
        assertThat(decision).isNotDone();
        first.complete(Outcome.pass("late=ly"));
        assertThat(decision.join().verdict()).isEqualTo(LATER);
        assertThat(decision.join().trace()).hasSize(2);
    }

    @Test
    void a_long_chain_costs_no_stack() {
        PolicyChain.Builder builder = PolicyChain.builder();
        for (int i = 0; i < 20_000; i++) {
            builder.check("c" + i, says(Outcome.pass()), FailMode.PASS);
        }
        assertThat(decide(builder.build(), AGES).trace()).hasSize(20_000);
    }

    @Test
    void listeners_hear_of_every_decision_and_cannot_change_it() {
        List<Decision> heard = new ArrayList<>();
        PolicyChain chain = chain(says(Outcome.settle("", LATER)), FailMode.PASS)
                .listener(new DecisionListener() {
                    @Override
                    public void decided(PolicyRequest request, Decision decision) {
                        throw new IllegalStateException();
                    }
                })
                .listener(new DecisionListener() {
                    @Override
                    public void decided(PolicyRequest request, Decision decision) {
                        heard.add(decision);
                    }
                })
                .build();
        assertThat(decide(chain, AGES).verdict()).isEqualTo(LATER);
        assertThat(heard).hasSize(1);
    }

    @Test
    void names_are_unique_and_plain() {
        PolicyChain.Builder builder = chain(says(Outcome.pass()), FailMode.PASS);
        assertThatThrownBy(() -> builder.check("first", says(Outcome.pass()), FailMode.PASS))
                .hasMessageContaining("first");
        assertThatThrownBy(() -> builder.check("a b", says(Outcome.pass()), FailMode.PASS))
                .hasMessageContaining("a b");
    }

    @Test
    void a_suspicion_has_a_score() {
        assertThatThrownBy(() -> new Suspicion(0, List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
