// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.Tally;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counters in a {@link FlatTable}: seven longs each, the purpose as a number. Not thread-safe. */
final class CounterTable {
    private static final int COUNT = 3;
    private static final int FIRST_COUNTED = 4;
    private static final int LAST_COUNTED = 5;
    private static final int EXPIRES_AT = 6;
    private static final int WIDTH = 7;

    private final FlatTable table;

    CounterTable(int most) {
        table = new FlatTable(3, WIDTH, most);
    }

    /** Replaces a counter, or null if there is none, by what the function makes of it, and returns that. */
    Tally update(Hash128 hash, long purpose, Function<@Nullable Tally, Tally> change) {
        int slot = table.find(hash.high(), hash.low(), purpose);
        Tally changed = change.apply(slot < 0 ? null : tally(slot));
        if (slot < 0) {
            slot = table.add(hash.high(), hash.low(), purpose);
        } else {
            table.touch(slot);
        }
        table.set(slot, COUNT, changed.count());
        table.set(slot, FIRST_COUNTED, changed.firstCounted().toEpochMilli());
        table.set(slot, LAST_COUNTED, changed.lastCounted().toEpochMilli());
        table.set(slot, EXPIRES_AT, changed.expiresAt().toEpochMilli());
        return changed;
    }

    Optional<Tally> find(Hash128 hash, long purpose) {
        int slot = table.find(hash.high(), hash.low(), purpose);
        return slot < 0 ? Optional.empty() : Optional.of(tally(slot));
    }

    boolean remove(Hash128 hash, long purpose) {
        int slot = table.find(hash.high(), hash.low(), purpose);
        if (slot >= 0) {
            table.remove(slot);
        }
        return slot >= 0;
    }

    long size() {
        return table.size();
    }

    Stripes.Look sweep(long now, int fromSlot, int maxSlots) {
        return EntryTable.sweep(table, EXPIRES_AT, now, fromSlot, maxSlots);
    }

    private Tally tally(int slot) {
        return new Tally(
                table.get(slot, COUNT),
                Instant.ofEpochMilli(table.get(slot, FIRST_COUNTED)),
                Instant.ofEpochMilli(table.get(slot, LAST_COUNTED)),
                Instant.ofEpochMilli(table.get(slot, EXPIRES_AT)));
    }
}
