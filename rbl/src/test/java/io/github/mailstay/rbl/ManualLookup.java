// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsLookup;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** A DNS that answers when the test says so. */
final class ManualLookup implements DnsLookup {
    static final DnsAnswer LISTED = addresses("127.0.0.2");
    static final DnsAnswer NONE = new DnsAnswer.None(Duration.ZERO);
    static final DnsAnswer FAILED = new DnsAnswer.Failed("servfail");

    private final Map<String, CompletableFuture<DnsAnswer>> open = new LinkedHashMap<>();

    @Override
    public CompletionStage<DnsAnswer> lookup(String absoluteName, Deadline deadline) {
        return open.computeIfAbsent(absoluteName, name -> new CompletableFuture<>());
    }

    List<String> asked() {
        return List.copyOf(open.keySet());
    }

    /** Answers the question that begins or ends with this. */
    void answer(String part, DnsAnswer answer) {
        future(part).complete(answer);
    }

    void answerExactly(String name, DnsAnswer answer) {
        open.getOrDefault(name, new CompletableFuture<>()).complete(answer);
    }

    void fail(String part, Throwable failure) {
        future(part).completeExceptionally(failure);
    }

    private CompletableFuture<DnsAnswer> future(String part) {
        return open.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("." + part + "."))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    static DnsAnswer addresses(String... addresses) {
        return new DnsAnswer.Addresses(Stream.of(addresses).map(a -> address(a)).toList(), Duration.ofSeconds(60));
    }
}
