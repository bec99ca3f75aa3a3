// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Many small tables in place of a large one: each has a range of the hash, and a lock of its own.
 *
 * <p>Concurrency: a table is touched only under its own monitor, held for one row, or for one table's rows where all are
 * looked at (a thousand or two). {@link #sweep} keeps its place between calls and is for one thread at a time; its caller
 * sees to that.
 *
 * <p>The ranges are in the unsigned order of the hash, and each table holds at most its share of the bound. The hashes are
 * keyed, so nobody can choose which table is filled; who tries one mail from very many networks fills the one it has.
 *
 * @param <T> a table
 */
final class Stripes<T> {
    /** Rows a table: its arrays stay small enough to be copied in no time, and to be no humongous objects to G1. */
    private static final int ROWS = 1024;

    private static final int MOST = 1 << 16;

    private final List<T> tables;
    private final int shift;

    private int sweptTable;
    private int sweptSlot;

    /** Tables for this many rows; {@code make} is told how many a table holds at most. */
    Stripes(int maxRows, IntFunction<T> make) {
        int count = Math.max(1, Math.min(MOST, Integer.highestOneBit(Math.max(1, maxRows / ROWS))));
        shift = Long.SIZE - Integer.numberOfTrailingZeros(count);
        List<T> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            made.add(make.apply(maxRows / count));
        }
        tables = List.copyOf(made);
    }

    int count() {
        return tables.size();
    }

    /** Which table a hash belongs to. */
    int index(long hash) {
        // A shift by 64 would be one by 0.
        return shift == Long.SIZE ? 0 : (int) (hash >>> shift);
    }

    /** Does something with the table of a hash, while nobody else does. */
    <R> R with(long hash, Function<T, R> work) {
        return at(index(hash), work);
    }

    /** The same with the table of this number. */
    <R> R at(int number, Function<T, R> work) {
        T table = tables.get(number);
        synchronized (table) {
            return work.apply(table);
        }
    }

    /** What one look at a table came to: slots looked at from a first one on, and rows removed there. */
    record Look(int examined, int removed, boolean end) {}

    /** How a table is swept: from a slot on, this many at most. */
    interface Sweeper<T> {
        Look sweep(T table, int fromSlot, int maxSlots);
    }

    /** Examines up to {@code maxRows} further slots; complete once it has been through the last table. */
    Swept sweep(int maxRows, Sweeper<T> sweeper) {
        long examined = 0;
        long removed = 0;
        while (examined < maxRows) {
            int rows = (int) (maxRows - examined);
            Look look = at(sweptTable, table -> sweeper.sweep(table, sweptSlot, rows));
            examined += look.examined();
            removed += look.removed();
            sweptSlot += look.examined();
            if (look.end()) {
                sweptSlot = 0;
                sweptTable = (sweptTable + 1) % tables.size();
                if (sweptTable == 0) {
                    return new Swept(examined, removed, true);
                }
            }
        }
        return new Swept(examined, removed, false);
    }

    /** The sum of a number over all tables. */
    long sum(Function<T, Long> number) {
        long sum = 0;
        for (int i = 0; i < tables.size(); i++) {
            sum += at(i, number);
        }
        return sum;
    }
}
