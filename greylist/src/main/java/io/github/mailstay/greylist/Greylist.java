// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.MessageMemory.Message;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.greylist.store.Visit;
import io.github.mailstay.greylist.store.Visited;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyCheck;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.ProtocolState;
import io.github.mailstay.policy.Suspicion;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy check that greylists: it defers what it sees for the first time, for a while, and lets pass who comes
 * back. Thread-safe; it answers on the thread on which its store does. Its settings are those of {@link GreylistBuilder}.
 *
 * <p>It acts on the recipients of clients that have not logged in, and unless told otherwise only on those that an
 * earlier check left a {@link Suspicion} about. A client without an address (Postfix says {@code unknown}) passes. The
 * first mail after the delay carries a header that says how long it waited. If the store fails, so does the check, and
 * the chain's fail mode answers. Source: RFC 6647.
 *
 * <p>What it finds: {@code result=first left=300s}, {@code result=early waited=12s left=288s tries=3},
 * {@code result=throttled}, {@code result=passed waited=301s}, {@code result=known passes=7}, {@code result=trusted},
 * {@code result=ceiling waited=86401s tries=40}, {@code result=exempt by=role}, or {@code result=no-client}; behind a
 * deferral that waits for the null sender's DATA, {@code held}. The sender is told none of it.
 *
 * <p>Concurrency: settings are final, the memory of messages is a concurrent cache, and what must be atomic is one call of
 * the store. Two tries at once that both reach a ceiling both pass.
 */
public final class Greylist implements PolicyCheck {
    /** The header that says how long a mail waited. */
    public static final String HEADER = GreylistWords.HEADER;

    private static final Logger log = LoggerFactory.getLogger(Greylist.class);

    private final GreylistStore store;
    private final GreylistKeys keys;
    private final InstantSource clock;
    private final GreylistSettings settings;
    private final GreylistWords words;
    private final ClientStanding standing;
    private final Throttle throttle;
    private final Optional<Ceiling> ceiling;
    private final StoreWatch watch = new StoreWatch(this::tell);
    private final MessageMemory messages;

    Greylist(GreylistStore store, GreylistKeys keys, InstantSource clock, GreylistSettings settings) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
        this.settings = settings;
        this.messages = new MessageMemory(settings.delays().at(0));
        words = new GreylistWords(settings.host());
        standing = new ClientStanding(store, keys, settings.trustAfter(), settings.lifetime());
        throttle = new Throttle(store, keys, settings.maxBegun(), settings.throttlePeriod());
        ceiling = Ceiling.of(settings);
    }

    /** A builder with the usual settings. The store stays the caller's, who closes it. */
    public static GreylistBuilder builder(GreylistStore store, GreylistKeys keys) {
        return new GreylistBuilder(store, keys);
    }

    @Override
    public CompletionStage<Outcome> check(PolicyRequest request, CheckContext context) {
        if (settings.nullSenderAtData() && request.protocolState() == ProtocolState.DATA) {
            return CompletableFuture.completedFuture(held(request));
        }
        if (!request.isRecipientOfStranger()) {
            return CompletableFuture.completedFuture(Outcome.pass());
        }
        Message message = messages.of(request, () -> new Message(clock.instant(), context.note(Suspicion.class)));
        if (settings.suspiciousOnly() && message.suspicion().isEmpty()) {
            return CompletableFuture.completedFuture(Outcome.pass());
        }
        Optional<String> exempt = settings.exemptions().stream()
                .flatMap(exemption -> exemption.of(request).stream())
                .findFirst();
        if (exempt.isPresent()) {
            return CompletableFuture.completedFuture(Outcome.pass("result=exempt by=" + exempt.get()));
        }
        Optional<InetAddress> address = request.clientAddress();
        if (address.isEmpty()) {
            return CompletableFuture.completedFuture(Outcome.pass("result=no-client"));
        }
        ClientIdentity client =
                settings.identity().identify(request, context).orElseGet(() -> keys.network(address.get()));
        return watch.watch(test(new Mail(request, message, client)));
    }

    /** What an operator does beside this check. */
    public GreylistManagement management() {
        return new GreylistManagement(store, keys, clock, settings);
    }

    /** One recipient that is tested. */
    private record Mail(PolicyRequest request, Message message, ClientIdentity client) {
        int score() {
            return message.suspicion().map(Suspicion::score).orElse(0);
        }
    }

    private CompletionStage<Outcome> test(Mail mail) {
        if (mail.score() < settings.demoteAt()) {
            return visit(mail, true);
        }
        return standing.isTrusted(mail.client(), mail.message().arrived())
                .thenCompose(trusted -> trusted ? demote(mail) : CompletableFuture.completedFuture(false))
                .thenCompose(demoted -> visit(mail, false));
    }

    private CompletionStage<Boolean> demote(Mail mail) {
        tell(listener -> listener.demoted(mail.request(), mail.client()));
        return standing.demote(mail.client());
    }

    private CompletionStage<Outcome> visit(Mail mail, boolean mayBeTrusted) {
        GreylistKeys.Mail names =
                keys.mail(mail.client(), mail.request().sender(), mail.request().recipient());
        Attempt attempt = new Attempt(
                mail.message().arrived(),
                settings.delays().at(mail.score()),
                settings.retryWindow(),
                settings.lifetime());
        Visit visit = new Visit(
                names.key(),
                attempt,
                mayBeTrusted ? standing.trust(names.key()) : Optional.empty(),
                ceiling.map(end -> end.count(names.deferrals(), attempt.delay())));
        return store.visit(visit).thenCompose(visited -> visited(mail, visit, visited));
    }

    private CompletionStage<Outcome> visited(Mail mail, Visit visit, Visited visited) {
        if (visited.sighting().isEmpty()) {
            count(mail, visit.key());
            return CompletableFuture.completedFuture(Outcome.pass("result=trusted"));
        }
        Sighting sighting = visited.sighting().get();
        if (sighting.passes()) {
            count(mail, visit.key());
            return CompletableFuture.completedFuture(passed(mail, sighting));
        }
        Optional<Tally> reached = visited.deferrals()
                .filter(tally ->
                        ceiling.orElseThrow().isReached(tally, visit.attempt().now()));
        return reached.isPresent() ? end(mail, visit, sighting, reached.get()) : throttled(mail, visit.key(), sighting);
    }

    private Outcome passed(Mail mail, Sighting sighting) {
        return sighting.kind() == Sighting.Kind.KNOWN
                ? Outcome.pass(GreylistWords.found(sighting))
                : new Outcome.Continue(
                        GreylistWords.found(sighting),
                        List.of(),
                        List.of(words.header(sighting.waited(), mail.message().suspicion())));
    }

    /** Counts a pass, once a message. The mail does not wait for it, and passes if it cannot be counted. */
    private void count(Mail mail, GreylistKey key) {
        if (mail.message().isFirstPass()) {
            var unused = standing.passed(key, mail.message().arrived()).exceptionally(failure -> {
                log.debug("greylist: a pass was not counted", failure);
                return null;
            });
        }
    }

    /** Lets a mail pass that has been deferred for long enough; from here on its client is known for it. */
    private CompletionStage<Outcome> end(Mail mail, Visit visit, Sighting sighting, Tally tally) {
        Attempt attempt = visit.attempt();
        GreylistEntry entry = sighting.entry();
        GreylistEntry known = new GreylistEntry(
                entry.firstSeen(), attempt.now(), attempt.now().plus(attempt.lifetime()), entry.tries(), 1);
        tell(listener -> listener.ceilingReached(mail.request(), tally));
        return store.merge(List.of(new Page.Row(visit.key(), known)))
                .thenCombine(
                        store.forget(visit.deferrals().orElseThrow().counter()),
                        (merged, reset) -> new Outcome.Continue(
                                GreylistWords.found(tally, attempt.now()),
                                List.of(),
                                List.of(words.header(
                                        GreylistWords.waited(tally, attempt.now()),
                                        mail.message().suspicion()))));
    }

    private CompletionStage<Outcome> throttled(Mail mail, GreylistKey key, Sighting sighting) {
        if (sighting.kind() != Sighting.Kind.FIRST) {
            return CompletableFuture.completedFuture(defer(mail, GreylistWords.found(sighting)));
        }
        return throttle.exceeded(mail.client(), mail.message().arrived())
                .thenCompose(exceeded -> exceeded
                        // Its clock does not start: what a sprayer tries now must be tried again later.
                        ? store.forget(key).thenApply(forgotten -> defer(mail, "result=throttled"))
                        : CompletableFuture.completedFuture(defer(mail, GreylistWords.found(sighting))));
    }

    private Outcome defer(Mail mail, String found) {
        // Without an instance nothing would lead from DATA back to this recipient.
        boolean waits =
                settings.nullSenderAtData() && !mail.request().instance().isEmpty();
        if (waits && mail.request().sender().isNullSender()) {
            mail.message().hold();
            return Outcome.pass(found + " held");
        }
        return Outcome.settle(found, settings.deferral());
    }

    private Outcome held(PolicyRequest request) {
        Message message = messages.find(request);
        return message != null && message.isHeld()
                ? Outcome.settle("result=held", settings.deferral())
                : Outcome.pass();
    }

    private void tell(Consumer<GreylistListener> what) {
        for (GreylistListener listener : settings.listeners()) {
            try {
                what.accept(listener);
            } catch (RuntimeException e) {
                log.warn("greylist: a listener failed", e);
            }
        }
    }
}
