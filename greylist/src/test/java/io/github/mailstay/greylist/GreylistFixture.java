// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Note;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A greylist on a store in memory, a clock to turn, and what its listener hears. */
abstract class GreylistFixture {
    static final GreylistKeys KEYS =
            GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES])).build();

    final GreylistStore store = InMemoryGreylistStore.builder().build();
    final List<String> heard = new ArrayList<>();
    Instant now = Instant.parse("2026-03-01T12:00:00Z");

    GreylistBuilder builder() {
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

    static PolicyRequest.Builder request(String client, String sender, String recipient) {
        return PolicyRequest.builder()
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", sender)
                .attribute("recipient", recipient);
    }

    static Outcome ask(Greylist greylist, PolicyRequest.Builder request, Note... notes) {
        CheckContext context =
                CheckContext.of(Deadline.in(Duration.ofMinutes(1))).with(List.of(notes));
        return greylist.check(request.build(), context).toCompletableFuture().join();
    }

    String found(Greylist greylist, String client, String sender, Note... notes) {
        return ask(greylist, request(client, sender, "bob@example.net"), notes).found();
    }

    /** Deferred, then passed after the delay. */
    void pass(Greylist greylist, String client, String sender) {
        assertThat(found(greylist, client, sender)).startsWith("result=first");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(found(greylist, client, sender)).startsWith("result=passed");
    }
}
