// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.list.ClientList;
import io.github.mailstay.greylist.list.RecipientList;
import io.github.mailstay.greylist.list.SenderList;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Note;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What goes beyond the rules of one triplet: trust, delays by score, throttle, ceiling, the null sender, exemptions. */
class GreylistPolicyTest {
    private static final GreylistKeys KEYS =
            GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES])).build();

    private final GreylistStore store = InMemoryGreylistStore.builder().build();
    private final List<String> heard = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    private GreylistBuilder builder() {
        return Greylist.builder(store, KEYS)
                .clock(() -> now)
                .suspiciousOnly(false)
                .listener(new GreylistListener() {
                    @Override
                    public void ceilingReached(PolicyRequest request, Tally tally) {
                        heard.add("ceiling " + request.sender() + " " + tally.count());
                    }

                    @Override
                    public void demoted(PolicyRequest request, ClientIdentity client) {
                        heard.add("demoted " + client);
                    }
                });
    }

    private static PolicyRequest.Builder request(String client, String sender, String recipient) {
        return PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", sender)
                .attribute("recipient", recipient);
    }

    private static Outcome ask(Greylist greylist, PolicyRequest.Builder request, Note... notes) {
        CheckContext context =
                CheckContext.of(Deadline.in(Duration.ofMinutes(1))).with(List.of(notes));
        return greylist.check(request.build(), context).toCompletableFuture().join();
    }

    private String found(Greylist greylist, String client, String sender, Note... notes) {
        return ask(greylist, request(client, sender, "bob@example.net"), notes).found();
    }

    /** Deferred, then passed after the delay. */
    private void pass(Greylist greylist, String client, String sender) {
        assertThat(found(greylist, client, sender)).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, client, sender)).startsWith("result=passed");
    }

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
    void theDelayGrowsWithTheScore() {
        Greylist greylist = builder()
                .delays(DelayTable.of(Duration.ofMinutes(1), Map.of(5, Duration.ofMinutes(10), 9, Duration.ofHours(1))))
                .build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).isEqualTo("result=first left=60s");
        assertThat(found(greylist, "192.0.2.1", "b@example.org", new Suspicion(4, List.of())))
                .isEqualTo("result=first left=60s");
        assertThat(found(greylist, "192.0.2.1", "c@example.org", new Suspicion(5, List.of())))
                .isEqualTo("result=first left=600s");
        assertThat(found(greylist, "192.0.2.1", "d@example.org", new Suspicion(100, List.of())))
                .isEqualTo("result=first left=3600s");
    }

    @Test
    void sillyDelayTablesAreRefused() {
        Duration minute = Duration.ofMinutes(1);
        for (Map<Integer, Duration> silly : List.of(
                Map.of(0, Duration.ofHours(1)),
                Map.of(-1, minute),
                Map.of(3, minute),
                Map.of(3, Duration.ofSeconds(2)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DelayTable.of(minute, silly))
                    .withMessageStartingWith("delays: ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .delays(DelayTable.of(minute, Map.of(1, Duration.ofDays(3))))
                        .build())
                .withMessageContaining("retryWindow");
    }

    @Test
    void aPoolThatNeverComesBackFromOneNetworkPassesAtTheCeilingWithAnAlarm() {
        Greylist greylist = builder().ceiling(Duration.ofHours(24), 1000).build();
        Instant first = now;
        for (int i = 0; now.isBefore(first.plus(Duration.ofHours(24))); i++) {
            assertThat(found(greylist, "198.51." + i + ".1", "pool@example.org"))
                    .startsWith("result=first");
            now = now.plus(Duration.ofHours(1));
        }
        Outcome end = ask(greylist, request("203.0.113.9", "pool@example.org", "bob@example.net"));
        assertThat(end.found()).isEqualTo("result=ceiling waited=86400s tries=25");
        assertThat(((Outcome.Continue) end).headers().get(0).toString()).contains("delayed 86400 seconds");
        assertThat(heard).containsExactly("ceiling pool@example.org 25");
        // The client that passed is known now; another one begins anew.
        assertThat(found(greylist, "203.0.113.200", "pool@example.org")).isEqualTo("result=known passes=2");
        assertThat(found(greylist, "198.51.100.1", "pool@example.org")).startsWith("result=first");
        assertThat(heard).hasSize(1);
    }

    @Test
    void theCeilingOfTriesCountsOnlyThoseADelayApartAndIsNeverBeforeTheDelay() {
        Greylist greylist = builder().ceiling(Duration.ofHours(24), 3).build();
        Instant first = now;
        // A hundred hosts at once, all within the delay: none passes.
        for (int i = 0; i < 100; i++) {
            assertThat(found(greylist, "198.51." + i + ".1", "pool@example.org"))
                    .startsWith("result=first");
            now = now.plusSeconds(2);
        }
        now = first.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "203.0.1.1", "pool@example.org")).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5)).minusMillis(1);
        assertThat(found(greylist, "203.0.2.1", "pool@example.org")).startsWith("result=first");
        now = now.plusMillis(1);
        assertThat(found(greylist, "203.0.3.1", "pool@example.org")).isEqualTo("result=ceiling waited=600s tries=3");
        // Others have a ceiling of their own.
        assertThat(found(greylist, "203.0.4.1", "other@example.org")).startsWith("result=first");
    }

    @Test
    void anImpatientClientDoesNotReachTheCeilingBeforeItsDelay() {
        Greylist greylist = builder().ceiling(Duration.ofHours(24), 2).build();
        for (int i = 0; i < 300; i++) {
            assertThat(found(greylist, "192.0.2.1", "a@example.org")).matches("result=(first|early) .*");
            now = now.plusMillis(999);
        }
        now = now.plusMillis(300);
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=passed");
        assertThat(heard).isEmpty();
    }

    @Test
    void aCeilingNotAboveTheDelayIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().ceiling(Duration.ofMinutes(5), 9).build())
                .withMessageContaining("ceiling");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().ceiling(Duration.ofDays(1), 1))
                .withMessageContaining("ceiling");
    }

    @Test
    void aClientThatBeginsTooManyIsThrottledUntilTheNextPeriodAndItsClocksDoNotStart() {
        Greylist greylist = builder().throttle(2, Duration.ofHours(1)).build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=first");
        assertThat(found(greylist, "192.0.2.2", "b@example.org")).startsWith("result=first");
        assertThat(found(greylist, "192.0.2.3", "c@example.org")).isEqualTo("result=throttled");
        assertThat(store.stats().toCompletableFuture().join().entries()).isEqualTo(2);
        assertThat(found(greylist, "198.51.100.1", "c@example.org")).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=passed");
        assertThat(found(greylist, "192.0.2.3", "c@example.org")).isEqualTo("result=throttled");
        now = now.plus(Duration.ofMinutes(55));
        assertThat(found(greylist, "192.0.2.3", "c@example.org")).startsWith("result=first");
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
    void whoIsExemptIsNotTestedAndNotRemembered() {
        Greylist greylist = builder()
                .exempt(Exemption.when("friends", r -> r.sender().domain().equals("friend.example")))
                .exempt(Exemption.when("bob", r -> r.recipient().localPart().equals("bob")))
                .build();
        assertThat(found(greylist, "192.0.2.1", "a@friend.example")).isEqualTo("result=exempt by=friends");
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).isEqualTo("result=exempt by=bob");
        assertThat(ask(greylist, request("192.0.2.1", "a@example.org", "Postmaster@example.net"))
                        .found())
                .isEqualTo("result=exempt by=role");
        assertThat(store.stats().toCompletableFuture().join().entries()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> Exemption.when("two words", r -> true));
    }

    @Test
    void listsOfClientsSendersAndRecipientsExempt() {
        Greylist greylist = builder()
                .exempt(Exemption.clients(ClientList.builder()
                        .name("mail.example.org")
                        .entry("198.51.100")
                        .build()))
                .exempt(Exemption.senders(
                        SenderList.builder().domain("friend.example").build()))
                .exempt(Exemption.recipients(
                        RecipientList.builder().entry("out@example.net").build()))
                .exempt(Exemption.recipientsExcept(
                        RecipientList.builder().entry("example.net").build()))
                .build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=first");
        assertThat(found(greylist, "198.51.100.7", "a@example.org")).isEqualTo("result=exempt by=client-list");
        assertThat(ask(
                                greylist,
                                request("192.0.2.9", "a@example.org", "bob@example.net")
                                        .attribute("client_name", "mx1.mail.example.org"))
                        .found())
                .isEqualTo("result=exempt by=client-list");
        assertThat(found(greylist, "192.0.2.1", "a@x.friend.example")).isEqualTo("result=exempt by=sender-list");
        assertThat(ask(greylist, request("192.0.2.1", "a@example.org", "out@example.net"))
                        .found())
                .isEqualTo("result=exempt by=opt-out");
        assertThat(ask(greylist, request("192.0.2.1", "a@example.org", "bob@other.example"))
                        .found())
                .isEqualTo("result=exempt by=no-opt-in");
    }

    @Test
    void bouncesOfOneListAreOneSender() {
        Greylist greylist = builder().build();
        assertThat(found(greylist, "192.0.2.1", "list-bounces+bob=example.net@lists.example.com"))
                .startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "192.0.2.1", "list-bounces+eve=example.net@lists.example.com"))
                .startsWith("result=passed");
    }

    @Test
    void aSuppliedIdentityLetsAPoolRetryFromAnywhereAndSparesNobodyTheWait() {
        record Spf(String domain) implements Note {}
        Greylist greylist = builder()
                .identity((request, context) ->
                        context.note(Spf.class).map(spf -> new ClientIdentity.Supplied("spf", spf.domain())))
                .build();
        Spf spf = new Spf("example.org");
        assertThat(found(greylist, "192.0.2.1", "a@example.org", spf)).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "203.0.113.1", "a@example.org")).startsWith("result=first");
        assertThat(found(greylist, "2001:db8::1", "a@example.org", spf)).startsWith("result=passed");
    }

    @Test
    void aPoolIsKnownByTheOwnerOfItsVerifiedNames() {
        Greylist greylist = builder().identity(IdentitySource.host()).build();
        PolicyRequest.Builder first = request("192.0.2.1", "a@example.org", "b@example.net")
                .attribute("client_name", "mail-1.out.example.co.uk");
        PolicyRequest.Builder other = request("203.0.113.77", "a@example.org", "b@example.net")
                .attribute("client_name", "Mail-9.OUT.example.co.uk");
        PolicyRequest.Builder stranger = request("203.0.113.77", "a@example.org", "b@example.net")
                .attribute("client_name", "mail.example2.co.uk");
        PolicyRequest.Builder unverified = request("203.0.113.77", "a@example.org", "b@example.net")
                .attribute("client_name", "unknown")
                .attribute("reverse_client_name", "mail.out.example.co.uk");
        assertThat(ask(greylist, first).found()).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(ask(greylist, stranger).found()).startsWith("result=first");
        assertThat(ask(greylist, unverified).found()).startsWith("result=first");
        assertThat(ask(greylist, other).found()).startsWith("result=passed");
    }

    @Test
    void theSenderDomainStandsForAllItsHosts() {
        Greylist greylist = builder().identity(IdentitySource.senderDomain()).build();
        assertThat(found(greylist, "192.0.2.1", "a@news.example.org")).startsWith("result=first");
        assertThat(found(greylist, "192.0.2.1", "")).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, "203.0.113.1", "a@news.example.org")).startsWith("result=passed");
        assertThat(found(greylist, "203.0.113.1", "")).startsWith("result=first");
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

    @Test
    void optionalsOfAnIdentityNeverWaive() {
        Greylist greylist =
                builder().identity((request, context) -> Optional.empty()).build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=first");
    }
}
