// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries in a {@link FlatTable}: eight longs each. Tries and passes share one, and stop at {@value Integer#MAX_VALUE}. Not
 * thread-safe.
 */
final class EntryTable {
    private static final int CLIENT_HIGH = 2;
    private static final int CLIENT_LOW = 3;
    private static final int FIRST_SEEN = 4;
    private static final int LAST_SEEN = 5;
    private static final int EXPIRES_AT = 6;
    private static final int COUNTS = 7;
    private static final int WIDTH = 8;

    private final FlatTable table;

    EntryTable(int most) {
        table = new FlatTable(2, WIDTH, most);
    }

    /** Replaces an entry, or null if there is none, by what the function makes of it, and returns that. */
    GreylistEntry update(GreylistKey key, Function<@Nullable GreylistEntry, GreylistEntry> change) {
        Hash128 tuple = key.tuple();
        int slot = table.find(tuple.high(), tuple.low(), 0);
        GreylistEntry changed = change.apply(slot < 0 ? null : entry(slot));
        if (slot < 0) {
            slot = table.add(tuple.high(), tuple.low(), 0);
        } else {
            table.touch(slot);
        }
        table.set(slot, CLIENT_HIGH, key.client().high());
        table.set(slot, CLIENT_LOW, key.client().low());
        table.set(slot, FIRST_SEEN, changed.firstSeen().toEpochMilli());
        table.set(slot, LAST_SEEN, changed.lastSeen().toEpochMilli());
        table.set(slot, EXPIRES_AT, changed.expiresAt().toEpochMilli());
        table.set(slot, COUNTS, bounded(changed.tries()) << Integer.SIZE | bounded(changed.passes()));
        return changed;
    }

    Optional<GreylistEntry> find(Hash128 tuple) {
        int slot = table.find(tuple.high(), tuple.low(), 0);
        return slot < 0 ? Optional.empty() : Optional.of(entry(slot));
    }

    boolean remove(Hash128 tuple) {
        int slot = table.find(tuple.high(), tuple.low(), 0);
        if (slot >= 0) {
            table.remove(slot);
        }
        return slot >= 0;
    }

    /** Up to {@code max} rows behind a tuple hash, in its order. */
    List<Page.Row> rows(Optional<Hash128> after, long max) {
        List<Page.Row> rows = new ArrayList<>();
        for (int slot = 0; slot < table.slots(); slot++) {
            if (table.isRow(slot)) {
                Hash128 tuple = new Hash128(table.get(slot, 0), table.get(slot, 1));
                if (after.isEmpty() || tuple.compareTo(after.get()) > 0) {
                    Hash128 client = new Hash128(table.get(slot, CLIENT_HIGH), table.get(slot, CLIENT_LOW));
                    rows.add(new Page.Row(new GreylistKey(client, tuple), entry(slot)));
                }
            }
        }
        rows.sort(Comparator.comparing(row -> row.key().tuple()));
        return rows.subList(0, (int) Math.min(max, rows.size()));
    }

    long size() {
        return table.size();
    }

    long passed() {
        long passed = 0;
        for (int slot = 0; slot < table.slots(); slot++) {
            passed += table.isRow(slot) && (int) table.get(slot, COUNTS) > 0 ? 1 : 0;
        }
        return passed;
    }

    Stripes.Look sweep(long now, int fromSlot, int maxSlots) {
        return sweep(table, EXPIRES_AT, now, fromSlot, maxSlots);
    }

    /** Removes what expired before a time, from a slot on. */
    static Stripes.Look sweep(FlatTable table, int expiresAt, long now, int fromSlot, int maxSlots) {
        int removed = 0;
        int to = (int) Math.min(table.slots(), (long) fromSlot + maxSlots);
        for (int slot = fromSlot; slot < to; slot++) {
            if (table.isRow(slot) && table.get(slot, expiresAt) < now) {
                table.remove(slot);
                removed++;
            }
        }
        return new Stripes.Look(Math.max(0, to - fromSlot), removed, to == table.slots());
    }

    private GreylistEntry entry(int slot) {
        long counts = table.get(slot, COUNTS);
        return new GreylistEntry(
                Instant.ofEpochMilli(table.get(slot, FIRST_SEEN)),
                Instant.ofEpochMilli(table.get(slot, LAST_SEEN)),
                Instant.ofEpochMilli(table.get(slot, EXPIRES_AT)),
                counts >>> Integer.SIZE,
                (int) counts);
    }

    private static long bounded(long count) {
        return Math.min(count, Integer.MAX_VALUE);
    }
}
