// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link DnsList}. Not thread-safe. */
public final class DnsListBuilder {
    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Pattern ZONE = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
    private static final int MAX_ZONE = 253;
    private static final int MAX_CODES = 64;
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(60);

    private @Nullable String id;
    private @Nullable String zone;
    private Set<Asked> ask = EnumSet.of(Asked.CLIENT_IP);
    private ReplyFilter reply = ReplyFilter.ANY;
    private int weight = 1;
    private final List<ListCode> codes = new ArrayList<>();
    private final List<ListError> errors = new ArrayList<>();
    private @Nullable List<TestPoint> tests;
    private Duration timeout = Duration.ofSeconds(2);

    DnsListBuilder() {}

    /**
     * Sets the public name. Required.
     *
     * @throws IllegalArgumentException if it is not of 1 to 32 lower case letters, digits and dashes
     */
    public DnsListBuilder id(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("id of a list: not as " + ID);
        }
        this.id = id;
        return this;
    }

    /**
     * Sets the zone that is asked, such as {@code zen.example.net}. Required, and kept secret.
     *
     * @throws IllegalArgumentException if it is no domain name of 253 characters at most; the message does not hold
     *     the zone
     */
    public DnsListBuilder zone(String zone) {
        String plain = zone.endsWith(".") ? zone.substring(0, zone.length() - 1) : zone;
        plain = plain.toLowerCase(Locale.ROOT);
        if (plain.length() > MAX_ZONE || !ZONE.matcher(plain).matches()) {
            throw new IllegalArgumentException(
                    "zone of " + who() + ": no domain name (not shown, as it may" + " hold a key)");
        }
        this.zone = plain;
        return this;
    }

    /**
     * Sets what it is asked about; the client's address unless set.
     *
     * @throws IllegalArgumentException if that is nothing
     */
    public DnsListBuilder ask(Set<Asked> what) {
        if (what.isEmpty()) {
            throw new IllegalArgumentException("ask of " + who() + ": nothing");
        }
        ask = EnumSet.copyOf(what);
        return this;
    }

    /** Sets which answers are listings, if it has but one meaning; {@link ReplyFilter#ANY} unless set. */
    public DnsListBuilder reply(ReplyFilter reply) {
        this.reply = reply;
        return this;
    }

    /**
     * Sets what a hit adds to the score, if it has but one meaning; 1 unless set, below 0 for an allow list.
     *
     * @throws IllegalArgumentException if it is 0, or not within -1000 and 1000
     */
    public DnsListBuilder weight(int weight) {
        this.weight = checked(ReplyFilter.ANY, weight, "").weight();
        return this;
    }

    /**
     * Adds answers that mean something of their own, such as one of the lists in a combined zone or a level of trust;
     * in place of {@link #reply} and {@link #weight}. 64 at most.
     *
     * @throws IllegalArgumentException as {@link ListCode} does, or if there are too many
     */
    public DnsListBuilder code(ReplyFilter filter, int weight, String meaning) {
        if (codes.size() == MAX_CODES) {
            throw new IllegalArgumentException("codes of " + who() + ": more than " + MAX_CODES);
        }
        codes.add(checked(filter, weight, meaning));
        return this;
    }

    /**
     * Sets answers that mean something of their own, in place of those that are there.
     *
     * @throws IllegalArgumentException if there are more than 64
     */
    public DnsListBuilder codes(List<ListCode> all) {
        codes.clear();
        all.forEach(code -> code(code.filter(), code.weight(), code.meaning()));
        return this;
    }

    /** Adds answers with which it refuses to serve; none beside the general ones unless set. 64 at most. */
    public DnsListBuilder error(ReplyFilter filter, String meaning) {
        if (errors.size() == MAX_CODES) {
            throw new IllegalArgumentException("errors of " + who() + ": more than " + MAX_CODES);
        }
        errors.add(new ListError(filter, meaning));
        return this;
    }

    /**
     * Sets its test points; unless set {@link TestPoint#IPV4} if it is asked about addresses, {@link TestPoint#NAMES}
     * if about names, and {@link TestPoint#NOBODY}. Empty for a list that keeps no such rule.
     */
    public DnsListBuilder tests(List<TestPoint> points) {
        tests = List.copyOf(points);
        return this;
    }

    /**
     * Sets how long this list is waited for; 2 s unless set. The check's deadline may end that earlier.
     *
     * @throws IllegalArgumentException if it is not above 0 and at most 60 s
     */
    public DnsListBuilder timeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout of " + who() + ": " + timeout + " is not above 0 and at most 60 s");
        }
        this.timeout = timeout;
        return this;
    }

    /**
     * The list.
     *
     * @throws IllegalArgumentException if id or zone are missing
     */
    public DnsList build() {
        if (id == null) {
            throw new IllegalArgumentException("id of a list: missing");
        }
        if (zone == null) {
            throw new IllegalArgumentException("zone of list " + id + ": missing");
        }
        List<ListCode> all = codes.isEmpty() ? List.of(checked(reply, weight, "")) : codes;
        return new DnsList(id, zone, ask, all, errors, tests == null ? usualTests() : tests, timeout);
    }

    private List<TestPoint> usualTests() {
        List<TestPoint> points = new ArrayList<>();
        if (ask.contains(Asked.CLIENT_IP)) {
            points.addAll(TestPoint.IPV4);
        }
        if (!ask.equals(EnumSet.of(Asked.CLIENT_IP))) {
            points.addAll(TestPoint.NAMES);
        }
        points.add(TestPoint.NOBODY);
        return points;
    }

    private ListCode checked(ReplyFilter filter, int added, String meaning) {
        try {
            return new ListCode(filter, added, meaning);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(who() + ": " + e.getMessage(), e);
        }
    }

    private String who() {
        return id == null ? "a list" : "list " + id;
    }
}
