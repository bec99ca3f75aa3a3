// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes beyond the rules of one triplet: trust, the null sender, the recipients of a message, a store that fails. */
class GreylistPolicyTest extends GreylistFixture {
    @Test
    void aClientThatPassedOftenEnoughPassesAtOnceAndPassesOfOneHourCountOnce() {
        Greylist greylist = builder().trustAfter(3).build();
        pass(greylist, "192.0.2.1", "a@example.org");
        pass(greylist, "192.0.2.1", "b@example.org");
        pass(greylist, "192.0.2.1", "c@example.org");
        // Three passes within a quarter of an hour are one.
        assertThat(found(greylist, "192.0.2.1", "d@example.org")).startsWith("result=first");
        now = now.plus(Duration.ofHours(1));
        pass(greylist, "192.0.2.1", "e@example.org");
        now = now.plus(Duration.ofHours(1));
        pass(greylist, "192.0.2.1", "f@example.org");
        assertThat(found(greylist, "192.0.2.77", "g@example.org")).isEqualTo("result=trusted");
        assertThat(found(greylist, "198.51.100.1", "g@example.org")).startsWith("result=first");
        // Silent for a lifetime: forgotten.
        now = now.plus(Duration.ofDays(35)).plusMillis(1);
        assertThat(found(greylist, "192.0.2.1", "h@example.org")).startsWith("result=first");
    }

    @Test
    void aTrustedClientStaysTrustedWhileItSends() {
        Greylist greylist = builder().trustAfter(1).build();
        pass(greylist, "192.0.2.1", "a@example.org");
        for (int i = 0; i < 5; i++) {
            now = now.plus(Duration.ofDays(30));
            assertThat(found(greylist, "192.0.2.1", "x" + i + "@example.org")).isEqualTo("result=trusted");
        }
    }

    @Test
    void aTrustedClientIsDemotedWhenItsScoreIsHighAndMustWaitAgain() {
        Greylist greylist = builder().trustAfter(1).demoteAt(6).build();
        pass(greylist, "192.0.2.1", "a@example.org");
        assertThat(found(greylist, "192.0.2.1", "b@example.org", new Suspicion(5, List.of("x"))))
                .isEqualTo("result=trusted");
        assertThat(found(greylist, "192.0.2.1", "b@example.org", new Suspicion(6, List.of("x"))))
                .startsWith("result=first");
        assertThat(found(greylist, "192.0.2.1", "c@example.org")).startsWith("result=first");
        assertThat(heard).containsExactly("demoted network:192.0.2.0/24");
    }

    @Test
    void theNullSenderIsDeferredAtDataOnRequestSoThatCallbacksGetTheirAnswer() {
        Greylist greylist = builder().nullSenderAtData(true).build();
        PolicyRequest.Builder rcpt = request("192.0.2.1", "", "bob@example.net").attribute("instance", "1.2.3");
        assertThat(ask(greylist, rcpt)).isEqualTo(Outcome.pass("result=first left=300s held"));
        assertThat(ask(greylist, data("1.2.3"))).isInstanceOf(Outcome.Settle.class);
        assertThat(ask(greylist, data("other"))).isEqualTo(Outcome.pass());
        now = now.plus(Duration.ofMinutes(5));
        assertThat(ask(greylist, request("192.0.2.1", "", "bob@example.net").attribute("instance", "1.2.4"))
                        .found())
                .startsWith("result=passed");
        assertThat(ask(greylist, data("1.2.4"))).isEqualTo(Outcome.pass());
        // Without an instance nothing leads back from DATA; other senders are deferred where they always were.
        assertThat(ask(greylist, request("198.51.100.1", "", "bob@example.net")))
                .isInstanceOf(Outcome.Settle.class);
        assertThat(ask(
                        greylist,
                        request("198.51.100.1", "a@example.org", "b@example.net")
                                .attribute("instance", "7")))
                .isInstanceOf(Outcome.Settle.class);
    }

    private static PolicyRequest.Builder data(String instance) {
        return PolicyRequest.builder()
                .attribute("protocol_state", "DATA")
                .attribute("client_address", "192.0.2.1")
                .attribute("sender", "")
                .attribute("instance", instance);
    }

    @Test
    void aTryAfterTheDelayIsANewOneEvenIfItsInstanceIsTheOld() {
        Greylist greylist = builder().build();
        for (Duration wait : List.of(Duration.ZERO, Duration.ofSeconds(299), Duration.ofSeconds(1))) {
            now = now.plus(wait);
            Outcome outcome = ask(
                    greylist,
                    request("192.0.2.1", "a@example.org", "b@example.net").attribute("instance", "m1"));
            if (wait.toSeconds() == 1) {
                assertThat(outcome).isInstanceOf(Outcome.Continue.class);
            } else {
                assertThat(outcome).isInstanceOf(Outcome.Settle.class);
            }
        }
    }

    @Test
    void theRecipientsOfOneMessageAreTreatedAlike() {
        Greylist greylist = builder().suspiciousOnly(true).build();
        Suspicion suspicion = new Suspicion(1, List.of("zen"));
        Outcome one = ask(
                greylist,
                request("192.0.2.1", "a@example.org", "b1@example.net").attribute("instance", "m1"),
                suspicion);
        // The list fails to answer for the second recipient, and the clock goes on: the same message still.
        now = now.plusSeconds(30);
        Outcome two = ask(
                greylist,
                request("192.0.2.1", "a@example.org", "b2@example.net").attribute("instance", "m1"));
        assertThat(one).isEqualTo(two).isInstanceOf(Outcome.Settle.class);
        // The delay ends between two recipients of the retry: both were first tried together, both wait.
        now = now.plus(Duration.ofMinutes(4)).plusSeconds(20);
        assertThat(ask(
                        greylist,
                        request("192.0.2.1", "a@example.org", "b1@example.net").attribute("instance", "m2"),
                        suspicion))
                .isInstanceOf(Outcome.Settle.class);
        now = now.plusSeconds(20);
        assertThat(ask(
                        greylist,
                        request("192.0.2.1", "a@example.org", "b2@example.net").attribute("instance", "m2"),
                        suspicion))
                .isInstanceOf(Outcome.Settle.class);
        // Ten minutes later the instance means nothing any more.
        assertThat(ask(
                        greylist,
                        request("198.51.100.1", "z@example.org", "b2@example.net")
                                .attribute("instance", "m1")))
                .isEqualTo(Outcome.pass());
    }

    @Test
    void whatOneSenderDoesTouchesNoOtherOfItsClient() {
        Greylist greylist = builder().trustAfter(0).build();
        assertThat(found(greylist, "192.0.2.1", "good@example.org")).startsWith("result=first");
        // An impatient one neither prolongs the wait of its neighbour nor shares in what that has earned.
        for (int i = 0; i < 20; i++) {
            now = now.plusSeconds(14);
            assertThat(found(greylist, "192.0.2.1", "bad@example.org")).matches("result=(first|early) .*");
        }
        now = now.plusSeconds(20);
        assertThat(found(greylist, "192.0.2.1", "good@example.org")).startsWith("result=passed waited=300s");
        assertThat(found(greylist, "192.0.2.1", "bad@example.org")).startsWith("result=early");
        assertThat(found(greylist, "192.0.2.1", "third@example.org")).startsWith("result=first");
    }

    @Test
    void aThousandMessagesUnderWayAreKeptApart() {
        Greylist greylist = builder().nullSenderAtData(true).build();
        for (int i = 0; i < 1000; i++) {
            String recipient = (i % 2 == 0 ? "bob" + i : "postmaster") + "@example.net";
            assertThat(ask(greylist, request("192.0.2.1", "", recipient).attribute("instance", "m" + i))
                            .found())
                    .matches(i % 2 == 0 ? "result=first .* held" : "result=exempt .*");
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(ask(greylist, data("m" + i)) instanceof Outcome.Settle)
                    .as("message %d", i)
                    .isEqualTo(i % 2 == 0);
        }
    }

    @Test
    void aStoreThatFailsIsToldOnceAndOnceWhenItIsBack() {
        FailingStore failing = new FailingStore(store);
        List<String> alarms = new ArrayList<>();
        Greylist greylist = Greylist.builder(failing, KEYS)
                .suspiciousOnly(false)
                .clock(() -> now)
                .listener(new GreylistListener() {
                    @Override
                    public void storeFailed(Throwable trouble) {
                        alarms.add("failed: " + trouble.getMessage());
                    }

                    @Override
                    public void storeRecovered() {
                        alarms.add("recovered");
                    }
                })
                .build();
        found(greylist, "192.0.2.1", "a@example.org");
        for (int round = 0; round < 2; round++) {
            failing.broken = true;
            for (int i = 0; i < 3; i++) {
                assertThat(greylist.check(
                                        request("192.0.2.1", "a@example.org", "b@example.net")
                                                .build(),
                                        CheckContext.of(Deadline.in(Duration.ofMinutes(1))))
                                .toCompletableFuture())
                        .isCompletedExceptionally();
            }
            failing.broken = false;
            found(greylist, "192.0.2.1", "a@example.org");
            found(greylist, "192.0.2.1", "a@example.org");
        }
        assertThat(alarms).containsExactly("failed: gone", "recovered", "failed: gone", "recovered");
    }
}
