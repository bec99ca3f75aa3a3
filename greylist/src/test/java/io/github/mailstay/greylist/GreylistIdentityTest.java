// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.greylist.list.ClientList;
import io.github.mailstay.greylist.list.RecipientList;
import io.github.mailstay.greylist.list.SenderList;
import io.github.mailstay.policy.Note;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who a client is, what a sender is, and who is not tested at all. */
class GreylistIdentityTest extends GreylistFixture {
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
    void optionalsOfAnIdentityNeverWaive() {
        Greylist greylist =
                builder().identity((request, context) -> Optional.empty()).build();
        assertThat(found(greylist, "192.0.2.1", "a@example.org")).startsWith("result=first");
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
}
