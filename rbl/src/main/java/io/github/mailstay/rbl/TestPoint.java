// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * A name of which it is known beforehand whether a list has it (RFC 5782 section 5): what says otherwise lies. Immutable.
 *
 * @param stem what stands before the zone; {@link #RANDOM} for a name made up anew each time
 * @param listed whether the list must have it
 */
public record TestPoint(String stem, boolean listed) {
    private static final Pattern STEM = Pattern.compile("([a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*)?");
    private static final int LABEL = 16;

    /** The stem of a name that nobody can have listed: whoever has it has everybody, as the owner of a parked zone. */
    public static final String RANDOM = "";

    /** 127.0.0.2 is listed, 127.0.0.1 is not. */
    public static final List<TestPoint> IPV4 =
            List.of(new TestPoint("2.0.0.127", true), new TestPoint("1.0.0.127", false));

    /** ::FFFF:7F00:2 is listed, ::FFFF:7F00:1 is not; for lists that have IPv6 addresses at all. */
    public static final List<TestPoint> IPV6 =
            List.of(new TestPoint(ipv6Stem('2'), true), new TestPoint(ipv6Stem('1'), false));

    /** {@code TEST} is listed, {@code INVALID} is not. */
    public static final List<TestPoint> NAMES = List.of(new TestPoint("test", true), new TestPoint("invalid", false));

    /** A random name is not listed. */
    public static final TestPoint NOBODY = new TestPoint(RANDOM, false);

    /**
     * Checks the stem.
     *
     * @throws IllegalArgumentException if it is no name of letters, digits, dashes and underscores in lower case
     */
    public TestPoint {
        if (!STEM.matcher(stem).matches() || stem.length() > 200) {
            throw new IllegalArgumentException("test point: '" + stem + "' is no name in lower case");
        }
        if (stem.equals(RANDOM) && listed) {
            throw new IllegalArgumentException("test point: no list has a random name");
        }
    }

    /**
     * The points of a name: {@code ip4}, {@code ip6}, {@code name}, {@code nobody}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static List<TestPoint> named(String word) {
        return switch (word) {
            case "ip4" -> IPV4;
            case "ip6" -> IPV6;
            case "name" -> NAMES;
            case "nobody" -> List.of(NOBODY);
            default -> throw new IllegalArgumentException("'" + word + "' is none of ip4, ip6, name, nobody");
        };
    }

    /** The name to ask for. A random label is of letters and digits only: some name servers fail at others. */
    String name(String zone, RandomGenerator random) {
        StringBuilder name = new StringBuilder(stem);
        while (stem.equals(RANDOM) && name.length() < LABEL) {
            name.append(Character.forDigit(random.nextInt(36), 36));
        }
        return name.append('.').append(zone).append('.').toString();
    }

    /** What a list does that answers otherwise, in a word: {@code lists-1.0.0.127}, {@code misses-2.0.0.127}. */
    String lie() {
        String what = stem.equals(RANDOM) ? "anybody" : stem.length() > 32 ? "ipv6-" + stem.charAt(0) : stem;
        return (listed ? "misses-" : "lists-") + what;
    }

    private static String ipv6Stem(char last) {
        return last + ".0.0.0.0.0.f.7.f.f.f.f" + ".0".repeat(20);
    }
}
