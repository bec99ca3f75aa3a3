// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.net.MailAddress;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreylistManagementTest {
    private static final GreylistKeys KEYS =
            GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES])).build();
    private static final MailAddress ANN = MailAddress.of("ann@example.org");
    private static final MailAddress BOB = MailAddress.of("bob@example.net");

    private final GreylistStore store = InMemoryGreylistStore.builder().build();
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final Greylist greylist = Greylist.builder(store, KEYS)
            .clock(() -> now)
            .suspiciousOnly(false)
            .trustAfter(3)
            .build();
    private final GreylistManagement management = greylist.management();

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private String found(String client) {
        PolicyRequest request = PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", ANN.toString())
                .attribute("recipient", BOB.toString())
                .build();
        return get(greylist.check(request, CheckContext.of(Deadline.in(Duration.ofMinutes(1)))))
                .found();
    }

    @Test
    void anAllowedTripletPassesAndAForgottenOneWaitsAgain() {
        get(management.allow("192.0.2.1", ANN, BOB));
        assertThat(get(management.show("192.0.2.99", ANN, BOB)).orElseThrow().hasPassed())
                .isTrue();
        assertThat(found("192.0.2.1")).isEqualTo("result=known passes=2");
        assertThat(get(management.forget("192.0.2.1", ANN, BOB))).isTrue();
        assertThat(get(management.forget("192.0.2.1", ANN, BOB))).isFalse();
        assertThat(found("192.0.2.1")).startsWith("result=first");
    }

    @Test
    void aWaitingTripletThatIsAllowedPassesAtOnce() {
        assertThat(found("192.0.2.1")).startsWith("result=first");
        now = now.plusSeconds(1);
        get(management.allow("192.0.2.1", ANN, BOB));
        assertThat(found("192.0.2.1")).isEqualTo("result=known passes=2");
    }

    @Test
    void allowedTwiceIsAllowedOnce() {
        for (int i = 0; i < 2; i++) {
            get(management.allow("192.0.2.1", ANN, BOB));
            get(management.allow("198.51.100.1"));
        }
        assertThat(store.stats().toCompletableFuture().join().entries()).isEqualTo(1);
        assertThat(found("192.0.2.1")).startsWith("result=known");
        assertThat(found("198.51.100.1")).isEqualTo("result=trusted");
    }

    @Test
    void anAllowedClientPassesAtOnceUntilItIsForgotten() {
        get(management.allow("192.0.2.1"));
        Tally passes = get(management.show("192.0.2.1")).orElseThrow();
        assertThat(management.isTrusted(passes)).isTrue();
        assertThat(found("192.0.2.200")).isEqualTo("result=trusted");
        assertThat(get(management.forget("192.0.2.1"))).isTrue();
        assertThat(get(management.show("192.0.2.1"))).isEqualTo(Optional.empty());
        assertThat(found("192.0.2.200")).startsWith("result=first");
    }

    @Test
    void whereNobodyIsTrustedNobodyCanBeAllowedWhole() {
        GreylistManagement none =
                Greylist.builder(store, KEYS).trustAfter(0).build().management();
        assertThat(none.allow("192.0.2.1").toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void clientsAreWrittenAsIdentitiesWriteThemselves() {
        for (String text : new String[] {"host:example.org", "sender-domain:example.org", "asn:64500"}) {
            assertThat(KEYS.client(text)).hasToString(text);
        }
        assertThat(KEYS.client("192.0.2.7")).hasToString("network:192.0.2.0/24");
        assertThat(KEYS.client("2001:db8::7")).isEqualTo(KEYS.client("2001:db8::8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.org", ":x", "host:", "192.0.2", "A B:x"})
    void whatIsNoClientIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> KEYS.client(text));
    }
}
