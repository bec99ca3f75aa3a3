// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.dns.ReasonLookup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks lists for the reasons of what they have reported. Immutable; each question has a future of its own. */
final class Reasons {
    private final ReasonLookup lookup;
    private final Deadline due;

    Reasons(ReasonLookup lookup, Deadline due) {
        this.lookup = lookup;
        this.due = due;
    }

    CompletionStage<Map<String, String>> of(RblQuery query, RblReport report, List<DnsList> lists) {
        Map<String, CompletableFuture<Optional<String>>> asked = new LinkedHashMap<>();
        List<String> listed = report.listed();
        for (DnsList list : lists) {
            if (listed.contains(list.id())) {
                asked.put(list.id(), ask(query, list));
            }
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    Map<String, String> found = new LinkedHashMap<>();
                    asked.forEach((id, reason) -> reason.join().ifPresent(text -> found.put(id, text)));
                    return found;
                });
    }

    /** The first reason that there is, of the address before the names. */
    private CompletableFuture<Optional<String>> ask(RblQuery query, DnsList list) {
        CompletableFuture<Optional<String>> reason = CompletableFuture.completedFuture(Optional.empty());
        for (Optional<String> name : query.questions(list.ask(), list.zone())) {
            if (name.isPresent()) {
                reason = reason.thenCompose(
                        found -> found.isPresent() ? CompletableFuture.completedFuture(found) : ask(name.get()));
            }
        }
        return reason.thenApply(text -> text.map(found -> withoutZone(found, list)));
    }

    private CompletableFuture<Optional<String>> ask(String name) {
        try {
            return lookup.reason(name, due)
                    .toCompletableFuture()
                    .copy()
                    .completeOnTimeout(Optional.empty(), due.leftNanos(), TimeUnit.NANOSECONDS)
                    .exceptionally(failure -> Optional.empty());
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }

    /** A list may quote the question, and with it the key. */
    private static String withoutZone(String text, DnsList list) {
        return Pattern.compile(Pattern.quote(list.zone()), Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .replaceAll(Matcher.quoteReplacement(list.id()));
    }
}
