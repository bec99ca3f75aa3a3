// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static io.github.mailstay.rbl.TestAddresses.address;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A DNS whose every question the test answers, each by itself and whenever it likes. Thread-safe. */
final class FakeDns implements DnsLookup {
    record Question(String name, CompletableFuture<DnsAnswer> answer) {}

    final List<Question> questions = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<DnsAnswer> lookup(String absoluteName, Deadline deadline) {
        Question question = new Question(absoluteName, new CompletableFuture<>());
        questions.add(question);
        return question.answer;
    }

    int asked() {
        return questions.size();
    }

    /** Answers the youngest question. */
    void answer(DnsAnswer answer) {
        questions.get(questions.size() - 1).answer.complete(answer);
    }

    static DnsAnswer listed(Duration ttl, String... addresses) {
        return new DnsAnswer.Addresses(Stream.of(addresses).map(a -> address(a)).toList(), ttl);
    }
}
