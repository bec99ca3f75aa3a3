// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Header;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyCheck;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.policy.Suspicion;
import io.github.mailstay.policy.Verdict;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The policy check that greylists: it defers what it sees for the first time, for a while, and lets pass who comes
 * back. Immutable and thread-safe; it answers on the thread on which its store does.
 *
 * <p>It acts on the recipients of clients that have not logged in, and unless told otherwise only on those that an
 * earlier check left a {@link Suspicion} about. A client without an address (Postfix says {@code unknown}) passes. The
 * first mail after the delay carries a header that says how long it waited. If the store fails, so does the check, and
 * the chain's fail mode answers. Source: RFC 6647.
 *
 * <p>What it finds: {@code result=first left=300s}, {@code result=early waited=12s left=288s tries=3},
 * {@code result=passed waited=301s}, {@code result=known passes=7}, or {@code result=no-client}. The sender is
 * told none of it.
 */
public final class Greylist implements PolicyCheck {
    /** The header that says how long a mail waited. */
    public static final String HEADER = "X-Greylist";

    private final GreylistStore store;
    private final GreylistKeys keys;
    private final InstantSource clock;
    private final Duration delay;
    private final Duration retryWindow;
    private final Duration lifetime;
    private final boolean suspiciousOnly;
    private final Verdict deferral;
    private final String signature;

    private Greylist(Builder builder) {
        store = builder.store;
        keys = builder.keys;
        clock = builder.clock;
        delay = builder.delay;
        retryWindow = builder.retryWindow;
        lifetime = builder.lifetime;
        suspiciousOnly = builder.suspiciousOnly;
        deferral = new Verdict.Defer(builder.code, builder.reply);
        signature = " seconds by mailstay" + (builder.host.isEmpty() ? "" : " at " + builder.host);
    }

    /** A builder with the usual settings. The store stays the caller's, who closes it. */
    public static Builder builder(GreylistStore store, GreylistKeys keys) {
        return new Builder(store, keys);
    }

    @Override
    public CompletionStage<Outcome> check(PolicyRequest request, CheckContext context) {
        if (!request.isRecipientOfStranger()) {
            return CompletableFuture.completedFuture(Outcome.pass());
        }
        Optional<Suspicion> suspicion = context.note(Suspicion.class);
        if (suspiciousOnly && suspicion.isEmpty()) {
            return CompletableFuture.completedFuture(Outcome.pass());
        }
        Optional<InetAddress> client = request.clientAddress();
        if (client.isEmpty()) {
            return CompletableFuture.completedFuture(Outcome.pass("result=no-client"));
        }
        GreylistKey key = keys.key(client.get(), request.sender(), request.recipient());
        Attempt attempt = new Attempt(clock.instant(), delay, retryWindow, lifetime);
        return store.record(key, attempt).thenApply(sighting -> outcome(sighting, suspicion));
    }

    private Outcome outcome(Sighting sighting, Optional<Suspicion> suspicion) {
        long waited = sighting.waited().toSeconds();
        // Rounded up: who is deferred has at least a second left.
        long left = sighting.left().plusMillis(999).toSeconds();
        return switch (sighting.kind()) {
            case FIRST -> Outcome.settle("result=first left=" + left + "s", deferral);
            case EARLY ->
                Outcome.settle(
                        "result=early waited=" + waited + "s left=" + left + "s tries="
                                + sighting.entry().tries(),
                        deferral);
            case PASSED ->
                new Outcome.Continue(
                        "result=passed waited=" + waited + "s", List.of(), List.of(header(waited, suspicion)));
            case KNOWN -> Outcome.pass("result=known passes=" + sighting.entry().passes());
        };
    }

    private Header header(long waited, Optional<Suspicion> suspicion) {
        String reasons = suspicion.map(Greylist::reasons).orElse("");
        return new Header(
                HEADER, "delayed " + waited + signature + (reasons.isEmpty() ? "" : "; listed by " + reasons));
    }

    /** At most eight, each cut and made printable: whatever another check left must not break the mail. */
    private static String reasons(Suspicion suspicion) {
        return suspicion.reasons().stream()
                .limit(8)
                .map(reason ->
                        reason.substring(0, Math.min(reason.length(), 32)).replaceAll("[^!-~]", "?"))
                .collect(Collectors.joining(","));
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private static final Pattern HOST = Pattern.compile("[!-~]{1,255}");

        private final GreylistStore store;
        private final GreylistKeys keys;
        private InstantSource clock = InstantSource.system();
        private Duration delay = Duration.ofMinutes(5);
        private Duration retryWindow = Duration.ofDays(2);
        private Duration lifetime = Duration.ofDays(35);
        private boolean suspiciousOnly = true;
        private int code = 451;
        private ReplyText reply = new ReplyText("4.7.1", "Greylisted, please try again later");
        private String host = "";

        private Builder(GreylistStore store, GreylistKeys keys) {
            this.store = store;
            this.keys = keys;
        }

        /** Tells the time; the system's clock unless set. */
        public Builder clock(InstantSource value) {
            clock = value;
            return this;
        }

        /** How long after its first try a triplet is deferred; 5 minutes unless set. */
        public Builder delay(Duration value) {
            delay = value;
            return this;
        }

        /** How long after its first try a retry still counts as one; 2 days unless set. */
        public Builder retryWindow(Duration value) {
            retryWindow = value;
            return this;
        }

        /** How long a triplet that has passed is remembered after its last mail; 35 days unless set. */
        public Builder lifetime(Duration value) {
            lifetime = value;
            return this;
        }

        /** Whether only clients under a {@link Suspicion} are greylisted; true unless set. */
        public Builder suspiciousOnly(boolean value) {
            suspiciousOnly = value;
            return this;
        }

        /**
         * What the sender is told; {@code 451 4.7.1 Greylisted, please try again later} unless set. The text is public:
         * one that tells how long to wait helps the wrong senders most.
         *
         * @param code 400 to 499, neither 421 (closes the connection, RFC 5321 section 3.8) nor 452 (tells of full storage)
         * @param value a text of class 4
         * @throws IllegalArgumentException if the code is another
         */
        public Builder reply(int code, ReplyText value) {
            if (code / 100 != 4 || code == 421 || code == 452) {
                throw new IllegalArgumentException("reply code is " + code + ", not within 400 and 499, or 421 or 452");
            }
            this.code = code;
            reply = value;
            return this;
        }

        /**
         * The name of this host for the header; left out unless set.
         *
         * @throws IllegalArgumentException if it is not 1 to 255 printable ASCII characters
         */
        public Builder host(String value) {
            if (!HOST.matcher(value).matches()) {
                throw new IllegalArgumentException("host is not 1 to 255 printable ASCII characters");
            }
            host = value;
            return this;
        }

        /**
         * The check.
         *
         * @throws IllegalArgumentException if a duration is not within 1 ms and ten years, or the retry window is not
         *     longer than the delay
         */
        public Greylist build() {
            // The attempts of later will be checked by the same words; better here than at the first mail.
            var unused = new Attempt(Instant.EPOCH, delay, retryWindow, lifetime);
            return new Greylist(this);
        }
    }
}
