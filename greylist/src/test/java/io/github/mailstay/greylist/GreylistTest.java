// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Header;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreylistTest {
    private final GreylistStore store = InMemoryGreylistStore.builder().build();
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void deferredThenPassedWithAHeaderThenKnown() {
        Greylist greylist =
                builder().suspiciousOnly(false).host("mx1.example.com").build();
        Outcome first = ask(greylist, request("192.0.2.1"));
        assertThat(first)
                .isEqualTo(Outcome.settle(
                        "result=first left=300s",
                        new Verdict.Defer(451, new ReplyText("4.7.1", "Greylisted, please try again later"))));
        now = now.plusMillis(12_300);
        Outcome early = ask(greylist, request("192.0.2.99"));
        assertThat(early.found()).isEqualTo("result=early waited=12s left=288s tries=2");
        assertThat(early).isInstanceOf(Outcome.Settle.class);
        now = now.plusSeconds(290);
        assertThat(ask(greylist, request("192.0.2.1")))
                .isEqualTo(new Outcome.Continue(
                        "result=passed waited=302s",
                        List.of(),
                        List.of(new Header("X-Greylist", "delayed 302 seconds by mailstay at mx1.example.com"))));
        assertThat(ask(greylist, request("192.0.2.1"))).isEqualTo(Outcome.pass("result=known passes=2"));
    }

    @Test
    void withoutSuspicionNobodyIsGreylisted() {
        Greylist greylist = builder().build();
        assertThat(ask(greylist, request("192.0.2.1"))).isEqualTo(Outcome.pass());
        assertThat(ask(greylist, request("192.0.2.1"), new Suspicion(1, List.of("zen"))))
                .isInstanceOf(Outcome.Settle.class);
    }

    @Test
    void theHeaderNamesWhoListedIt() {
        Greylist greylist = builder().build();
        Suspicion suspicion = new Suspicion(2, List.of("zen", "b\r\nl", "x".repeat(900)));
        ask(greylist, request("192.0.2.1"), suspicion);
        now = now.plusSeconds(300);
        Outcome passed = ask(greylist, request("192.0.2.1"), suspicion);
        assertThat(((Outcome.Continue) passed).headers())
                .containsExactly(new Header(
                        "X-Greylist", "delayed 300 seconds by mailstay; listed by zen,b??l," + "x".repeat(32)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "mail.example.org", "192.0.2", "192.0.2.1.5", "2001:db8::1%eth0"})
    void aClientWithoutAddressPasses(String address) {
        Greylist greylist = builder().suspiciousOnly(false).build();
        assertThat(ask(greylist, request(address))).isEqualTo(Outcome.pass("result=no-client"));
        assertThat(store.stats().toCompletableFuture().join().entries()).isZero();
    }

    @Test
    void onlyRecipientsOfStrangersAreGreylisted() {
        Greylist greylist = builder().suspiciousOnly(false).build();
        PolicyRequest data = PolicyRequest.builder()
                .attribute("protocol_state", "DATA")
                .attribute("client_address", "192.0.2.1")
                .build();
        PolicyRequest user = PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", "192.0.2.1")
                .attribute("sasl_username", "alice")
                .build();
        assertThat(ask(greylist, data)).isEqualTo(Outcome.pass());
        assertThat(ask(greylist, user)).isEqualTo(Outcome.pass());
    }

    @Test
    void addressesAreDataWhateverTheyHold() {
        Greylist greylist = builder().suspiciousOnly(false).build();
        for (String sender : new String[] {"%s%n@example.org", "'; DROP TABLE entry; --@example.org", "*@*", ""}) {
            PolicyRequest request = PolicyRequest.builder()
                    .attribute("protocol_state", "RCPT")
                    .attribute("client_address", "192.0.2.1")
                    .attribute("sender", sender)
                    .attribute("recipient", "bob@example.net")
                    .build();
            assertThat(ask(greylist, request).found()).isEqualTo("result=first left=300s");
        }
    }

    @Test
    void aStoreThatFailsFailsTheCheck() {
        Greylist greylist = builder().suspiciousOnly(false).build();
        store.close();
        assertThatThrownBy(() -> ask(greylist, request("192.0.2.1"))).hasCauseInstanceOf(StoreException.class);
    }

    @Test
    void anotherReply() {
        ReplyText text = new ReplyText("4.2.0", "Come back");
        Greylist greylist = builder().suspiciousOnly(false).reply(450, text).build();
        Outcome.Settle deferred = (Outcome.Settle) ask(greylist, request("192.0.2.1"));
        assertThat(deferred.verdict().toAction()).isEqualTo("450 4.2.0 Come back");
    }

    @ParameterizedTest
    @ValueSource(ints = {421, 452, 399, 500, 250, 550})
    void repliesThatWouldDoHarmAreRefused(int code) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().reply(code, new ReplyText("4.7.1", "Later")))
                .withMessageContaining("reply code");
    }

    @Test
    void sillySettingsAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().delay(Duration.ofDays(2)).build())
                .withMessageContaining("retryWindow");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().delay(Duration.ZERO).build())
                .withMessageContaining("delay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().host("mx\r\n"))
                .withMessageContaining("host");
    }

    private GreylistBuilder builder() {
        GreylistKeys keys = GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES]))
                .build();
        return Greylist.builder(store, keys).clock(() -> now);
    }

    private static Outcome ask(Greylist greylist, PolicyRequest request, Suspicion... notes) {
        CheckContext context =
                CheckContext.of(Deadline.in(Duration.ofMinutes(1))).with(List.of(notes));
        return greylist.check(request, context).toCompletableFuture().join();
    }

    private static PolicyRequest request(String client) {
        return PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", "alice@example.org")
                .attribute("recipient", "bob@example.net")
                .build();
    }
}
