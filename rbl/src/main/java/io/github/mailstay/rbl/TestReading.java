// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.rbl.dns.DnsAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the answer to a {@link TestPoint} shows. Pure. */
final class TestReading {
    private static final ListCode ANY = new ListCode(ReplyFilter.ANY, 1, "");

    private TestReading() {}

    /** The lie that the answer is, if it is one. Error codes and failures are none: they say nothing of the point. */
    static Optional<String> lie(DnsList list, TestPoint point, DnsAnswer answer) {
        ListResult result = read(list, answer);
        if (result instanceof ListResult.Unknown unknown) {
            // Who answers a made-up name with an address of the world has a wildcard there, whatever it points to.
            boolean parked = unknown.why().startsWith("foreign-address") && !point.listed();
            return parked ? Optional.of(point.lie()) : Optional.empty();
        }
        return result instanceof ListResult.Listed == point.listed() ? Optional.empty() : Optional.of(point.lie());
    }

    static boolean isNoAnswer(DnsList list, DnsAnswer answer) {
        return read(list, answer) instanceof ListResult.Unknown;
    }

    /** A test point may have an address of its own, which no code asks for. */
    private static ListResult read(DnsList list, DnsAnswer answer) {
        List<ListCode> codes = new ArrayList<>(list.codes());
        codes.add(ANY);
        return ReplyClassifier.classify(answer, codes, list.errors());
    }
}
