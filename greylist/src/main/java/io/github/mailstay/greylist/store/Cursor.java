// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Hash128;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A place in a listing. Immutable. What its text means is up to the store that gave it, which is why it may be handed
 * out and taken back, but not made up.
 *
 * @param text at most 64 letters, digits and dashes; empty at the start
 */
public record Cursor(String text) {
    // Above START, which is checked by it.
    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9-]{0,64}");

    /** Before the first entry. */
    public static final Cursor START = new Cursor("");

    /** Checks the text. */
    public Cursor {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException("a cursor is at most 64 letters, digits and dashes");
        }
    }

    /** Behind this entry, for stores that keep entries in the order of their tuple hashes. */
    public static Cursor after(Hash128 tuple) {
        return new Cursor(tuple.toString());
    }

    /**
     * What {@link #after} was given; empty at the start.
     *
     * @throws IllegalArgumentException if this is not from {@link #after}
     */
    public Optional<Hash128> tuple() {
        return text.isEmpty() ? Optional.empty() : Optional.of(Hash128.parse(text));
    }
}
