// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.policy.Header;
import io.github.mailstay.policy.Suspicion;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is said of a try: to the log in {@code key=value} words, to the recipient in a header. Immutable. */
final class GreylistWords {
    static final String HEADER = "X-Greylist";

    private final String signature;

    GreylistWords(String host) {
        signature = " seconds by mailstay" + (host.isEmpty() ? "" : " at " + host);
    }

    static String found(Sighting sighting) {
        long waited = sighting.waited().toSeconds();
        // Rounded up: who is deferred has at least a second left.
        long left = sighting.left().plusMillis(999).toSeconds();
        return switch (sighting.kind()) {
            case FIRST -> "result=first left=" + left + "s";
            case EARLY ->
                "result=early waited=" + waited + "s left=" + left + "s tries="
                        + sighting.entry().tries();
            case PASSED -> "result=passed waited=" + waited + "s";
            case KNOWN -> "result=known passes=" + sighting.entry().passes();
        };
    }

    static String found(Tally deferrals, Instant now) {
        return "result=ceiling waited=" + waited(deferrals, now).toSeconds() + "s tries=" + deferrals.count();
    }

    static Duration waited(Tally deferrals, Instant now) {
        return Duration.between(deferrals.firstCounted(), now);
    }

    Header header(Duration waited, Optional<Suspicion> suspicion) {
        String reasons = suspicion.map(GreylistWords::reasons).orElse("");
        return new Header(
                HEADER,
                "delayed " + waited.toSeconds() + signature + (reasons.isEmpty() ? "" : "; listed by " + reasons));
    }

    /** At most eight, each cut and made printable: whatever another check left must not break the mail. */
    private static String reasons(Suspicion suspicion) {
        return suspicion.reasons().stream()
                .limit(8)
                .map(reason ->
                        reason.substring(0, Math.min(reason.length(), 32)).replaceAll("[^!-~]", "?"))
                .collect(Collectors.joining(","));
    }
}
