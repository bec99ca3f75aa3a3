// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import java.util.List;
import java.util.Optional;

/**
 * One page of a listing. Immutable.
 *
 * @param rows the entries, in the order of their tuple hashes
 * @param next where the next page begins; empty on the last
 */
public record Page(List<Row> rows, Optional<Cursor> next) {
    /** Copies the rows. */
    public Page {
        rows = List.copyOf(rows);
    }

    /**
     * One entry.
     *
     * @param key what it is known by
     * @param entry what is remembered
     */
    public record Row(GreylistKey key, GreylistEntry entry) {}
}
