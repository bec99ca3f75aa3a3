// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the keys in Redis are called: {@code PREFIXe:{CLIENT}:TUPLE} an entry, {@code PREFIXc:{HASH}:PURPOSE} a counter.
 * The hash in braces is the hash tag of a cluster: what belongs to one client lies in one slot. Immutable.
 */
final class Names {
    private static final int HEX = 2 * Hash128.BYTES;
    // No braces, which would be the hash tag, and none of what means something in a pattern.
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9:._-]{1,64}");

    private final String prefix;
    private final String entries;
    private final String counters;

    /**
     * Those that begin with this.
     *
     * @throws IllegalArgumentException if it is not 1 to 64 letters, digits and {@code : . _ -}
     */
    Names(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("prefix is not 1 to 64 letters, digits and : . _ -");
        }
        this.prefix = prefix;
        entries = prefix + "e:{";
        counters = prefix + "c:{";
    }

    String fingerprint() {
        return prefix + "key-fingerprint";
    }

    String of(GreylistKey key) {
        return entries + key.client() + "}:" + key.tuple();
    }

    String of(CounterKey key) {
        return counters + key.hash() + "}:" + key.purpose();
    }

    /** The pattern of SCAN that finds every entry. */
    String allEntries() {
        return entries + "*";
    }

    /** The pattern of SCAN that finds every entry and every counter. */
    String all() {
        return prefix + "[ec]:{*";
    }

    boolean isCounter(String name) {
        return name.startsWith(counters);
    }

    /** Which entry a key is; empty if it is none of ours. */
    Optional<GreylistKey> entry(String name) {
        int tuple = entries.length() + HEX + 2;
        if (name.length() != tuple + HEX
                || !name.startsWith(entries)
                || !name.startsWith("}:", entries.length() + HEX)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new GreylistKey(
                    Hash128.parse(name.substring(entries.length(), entries.length() + HEX)),
                    Hash128.parse(name.substring(tuple))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
