// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A DNS list: what it is asked about, and what its answers mean. Immutable.
 *
 * <p>The {@link #id} is public and stands in traces, logs and metrics. The zone is a secret, since lists that are paid
 * for carry the customer's key in it: it is in no text that this library makes.
 */
public final class DnsList {
    private final String id;
    private final String zone;
    private final Set<Asked> ask;
    private final List<ListCode> codes;
    private final List<ListError> errors;
    private final List<TestPoint> tests;
    private final Duration timeout;

    DnsList(
            String id,
            String zone,
            Set<Asked> ask,
            List<ListCode> codes,
            List<ListError> errors,
            List<TestPoint> tests,
            Duration timeout) {
        this.id = id;
        this.zone = zone;
        this.ask = Set.copyOf(ask);
        this.codes = List.copyOf(codes);
        this.errors = List.copyOf(errors);
        this.tests = List.copyOf(tests);
        this.timeout = timeout;
    }

    /** A builder without id and zone. */
    public static DnsListBuilder builder() {
        return new DnsListBuilder();
    }

    /** The list's public name. */
    public String id() {
        return id;
    }

    /** The secret zone, in lower case, without a dot at its end. */
    String zone() {
        return zone;
    }

    /** What it is asked about. A list counts once, in however many ways it was asked. */
    public Set<Asked> ask() {
        return ask;
    }

    /** Which answers are listings, and what they add to the score; each counts once. */
    public List<ListCode> codes() {
        return codes;
    }

    /** Which answers mean that it refuses to serve, beside those that mean that for every list. */
    public List<ListError> errors() {
        return errors;
    }

    /** What its answers to known names must be. */
    public List<TestPoint> tests() {
        return tests;
    }

    /** How long this list is waited for. */
    public Duration timeout() {
        return timeout;
    }

    /** The most that it can add to a score; 0 for an allow list. */
    int most() {
        return codes.stream().mapToInt(code -> Math.max(0, code.weight())).sum();
    }

    /** The least that it can add to a score; 0 for a block list. */
    int least() {
        return codes.stream().mapToInt(code -> Math.min(0, code.weight())).sum();
    }

    /** All but the zone. */
    @Override
    public String toString() {
        return "DnsList{id=" + id + ", ask=" + ask + ", codes=" + codes + ", errors=" + errors + ", timeout="
                + timeout.toMillis() + "ms}";
    }
}
