// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyChain;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DecisionLineTest {
    private static Decision decide(PolicyRequest request) {
        return PolicyChain.builder()
                .check(
                        "one",
                        (r, c) -> CompletableFuture.completedFuture(Outcome.pass("result=listed score=2")),
                        FailMode.PASS)
                .check("silent", (r, c) -> CompletableFuture.completedFuture(Outcome.pass()), FailMode.PASS)
                .check("broken", (r, c) -> CompletableFuture.failedFuture(new IllegalStateException()), FailMode.PASS)
                .build()
                .decide(request, Deadline.in(Duration.ofMinutes(1)))
                .toCompletableFuture()
                .join();
    }

    @Test
    void it_has_the_request_and_each_check_that_found_something() {
        PolicyRequest request = PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", "192.0.2.7")
                .attribute("helo_name", "mail.example.org")
                .attribute("sender", "")
                .attribute("recipient", "b@example.com")
                .build();
        assertThat(DecisionLine.of(request, decide(request)))
                .matches("decision action=DUNNO state=RCPT client=192\\.0\\.2\\.7 helo=mail\\.example\\.org sender=<> "
                        + "recipient=b@example\\.com ms=\\d+\\.\\d{3} one\\.result=listed one\\.score=2 one\\.ms=\\d+\\.\\d{3} "
                        + "broken\\.fail=FAILED broken\\.error=IllegalStateException broken\\.ms=\\d+\\.\\d{3}");
    }

    /** A sender writes these values: they must not make a second line or a second field. */
    @Test
    void hostile_values_stay_one_quoted_value() {
        PolicyRequest request = PolicyRequest.builder()
                .attribute("sender", "a\rb c=\"d\" action=\u001b[2J\u2028\u202e@example.org")
                .attribute("recipient", "x".repeat(2000))
                .build();
        String line = DecisionLine.of(request, decide(request));
        assertThat(line)
                .contains("sender=\"a\\u000db c=\\\"d\\\" action=\\u001b[2J\\u2028\\u202e@example.org\"")
                .contains("x...\"");
        assertThat(line.length()).isLessThan(900);
        assertThat(line.chars()).allMatch(c -> c >= ' ' && c <= '~');
    }
}
