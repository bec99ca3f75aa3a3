// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The cache against a model of it: every answer that ever was, and when. */
class CachedLookupPropertyTest {
    private static final Duration MIN = Duration.ofSeconds(30);
    private static final Duration MAX = Duration.ofHours(1);
    private static final Duration FAILED = Duration.ofSeconds(3);

    /** Something that happens: somebody asks for a name, the DNS answers for it, or time goes by. */
    private interface Event {}

    private record Ask(int name) implements Event {}

    private record Answer(int name, DnsAnswer answer) implements Event {}

    private record Turn(Duration by) implements Event {}

    private record Given(DnsAnswer answer, long at) {}

    @Property
    void anAnswerIsNeverOlderThanItsTimeNorAnotherThanTheDnsGave(@ForAll("events") List<Event> events) {
        new Run(1000).play(events, true);
    }

    @Property
    void norIfTheCacheIsTooSmall(@ForAll("events") List<Event> events) {
        new Run(1).play(events, false);
    }

    private static final class Run {
        private final FakeDns dns = new FakeDns();
        private final CachedLookup lookup;
        private final Map<String, FakeDns.Question> open = new HashMap<>();
        private final Map<String, List<CompletableFuture<DnsAnswer>>> waiting = new HashMap<>();
        private final Map<String, Given> given = new HashMap<>();
        private long now = Long.MAX_VALUE - 1_000_000;

        Run(int maxEntries) {
            lookup = CachedLookup.builder(dns)
                    .maxEntries(maxEntries)
                    .nanoClock(() -> now)
                    .build();
        }

        void play(List<Event> events, boolean isLargeEnough) {
            for (Event event : events) {
                if (event instanceof Ask ask) {
                    ask(
                            ask.name % 2 == 0 ? "n" + ask.name / 2 + ".test." : "N" + ask.name / 2 + ".Test.",
                            isLargeEnough);
                } else if (event instanceof Answer answer) {
                    answer("n" + answer.name / 2 + ".test.", answer.answer);
                } else if (event instanceof Turn turn) {
                    now += turn.by.toNanos();
                }
            }
        }

        private void ask(String spelling, boolean isLargeEnough) {
            String name = spelling.toLowerCase(Locale.ROOT);
            int before = dns.asked();
            CompletableFuture<DnsAnswer> answer =
                    lookup.lookup(spelling, Deadline.in(Duration.ofHours(1))).toCompletableFuture();
            Given last = given.get(name);
            boolean isFresh = last != null && now - last.at < life(last.answer).toNanos();
            if (answer.isDone()) {
                assertThat(isFresh).isTrue();
                assertThat(answer.join()).isSameAs(last == null ? null : last.answer);
                assertThat(dns.asked()).isEqualTo(before);
                return;
            }
            assertThat(isFresh && isLargeEnough).as("known, and not told").isFalse();
            boolean isFirst = !open.containsKey(name);
            assertThat(dns.asked()).isEqualTo(isFirst ? before + 1 : before);
            if (isFirst) {
                open.put(name, dns.questions.get(before));
            }
            waiting.computeIfAbsent(name, key -> new ArrayList<>()).add(answer);
        }

        private void answer(String name, DnsAnswer answer) {
            FakeDns.Question question = open.remove(name);
            if (question == null) {
                return;
            }
            given.put(name, new Given(answer, now));
            question.answer().complete(answer);
            assertThat(waiting.remove(name))
                    .allSatisfy(one -> assertThat(one.join()).isSameAs(answer));
        }

        private static Duration life(DnsAnswer answer) {
            if (answer instanceof DnsAnswer.Failed failed) {
                return failed.why().equals("busy") || failed.why().equals("closed") ? Duration.ZERO : FAILED;
            }
            Duration ttl = answer instanceof DnsAnswer.Addresses found ? found.ttl() : ((DnsAnswer.None) answer).ttl();
            return ttl.compareTo(MIN) < 0 ? MIN : ttl.compareTo(MAX) > 0 ? MAX : ttl;
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Integer> name = Arbitraries.integers().between(0, 7);
        Arbitrary<Duration> ttl = Arbitraries.of(0L, 1L, 29L, 30L, 31L, 60L, 3599L, 3600L, 3601L, 86400L)
                .map(Duration::ofSeconds);
        Arbitrary<DnsAnswer> answer = Arbitraries.oneOf(
                ttl.map(it -> FakeDns.listed(it, "127.0.0.2")),
                ttl.map(it -> FakeDns.listed(it, "127.0.0.4", "127.0.0.2")),
                ttl.map(DnsAnswer.None::new),
                Arbitraries.of("servfail", "timeout", "busy", "closed").map(DnsAnswer.Failed::new));
        // A nanosecond before, at, and behind the edges.
        Arbitrary<Duration> turn = Combinators.combine(
                        Arbitraries.of(0L, 1L, 3L, 15L, 27L, 30L, 60L, 3600L),
                        Arbitraries.longs().between(-1, 1))
                .as((seconds, nanos) -> Duration.ofSeconds(seconds).plusNanos(seconds == 0 ? Math.abs(nanos) : nanos));
        Arbitrary<Event> event = Arbitraries.frequencyOf(
                Tuple.of(4, name.map(Ask::new)),
                Tuple.of(3, Combinators.combine(name, answer).as(Answer::new)),
                Tuple.of(2, turn.map(Turn::new)));
        return event.list().ofMaxSize(80);
    }
}
