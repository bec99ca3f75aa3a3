// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import java.util.Arrays;

/**
 * A bounded hash table whose rows are longs in one array: no object a row, so that ten million rows fit into a gigabyte and
 * the garbage collector has nothing to follow. When it is full, the row that was longest not touched makes room. Not
 * thread-safe.
 *
 * <p>A row is a key of two or three longs, then its values. Keys are spread by their second long, which must be random.
 * The arrays grow by doubling up to the bound, so an empty table is small. Rows never move: a slot stays a row's until it is
 * removed.
 */
final class FlatTable {
    private static final int NONE = -1;
    /** In {@code older} of a slot that holds no row; {@code newer} then leads to the next such slot. */
    private static final int FREE = -2;

    private static final int FIRST_SLOTS = 8;

    private final int keyWidth;
    private final int width;
    private final int most;

    private long[] rows;
    private int[] older;
    private int[] newer;
    /** Open addressing with linear probing: a slot plus one, 0 where there is none; at most two thirds are taken. */
    private int[] index;

    private int size;
    private int used;
    private int free = NONE;
    private int oldest = NONE;
    private int youngest = NONE;

    FlatTable(int keyWidth, int width, int most) {
        this.keyWidth = keyWidth;
        this.width = width;
        this.most = most;
        int slots = Math.min(FIRST_SLOTS, most);
        rows = new long[slots * width];
        older = new int[slots];
        newer = new int[slots];
        index = new int[indexSize(slots)];
    }

    private static int indexSize(int slots) {
        return Integer.highestOneBit(Math.max(2, slots + slots / 2)) << 1;
    }

    int size() {
        return size;
    }

    /** Slots below this may hold a row; those above never did. */
    int slots() {
        return used;
    }

    boolean isRow(int slot) {
        return older[slot] != FREE;
    }

    long get(int slot, int column) {
        return rows[slot * width + column];
    }

    void set(int slot, int column, long value) {
        rows[slot * width + column] = value;
    }

    /** The slot of a key, or -1. A third long is not looked at where keys have two. */
    int find(long first, long second, long third) {
        for (int at = place(second); index[at] != 0; at = at + 1 & index.length - 1) {
            int slot = index[at] - 1;
            if (isKey(slot, first, second, third)) {
                return slot;
            }
        }
        return NONE;
    }

    private boolean isKey(int slot, long first, long second, long third) {
        int row = slot * width;
        return rows[row + 1] == second && rows[row] == first && (keyWidth == 2 || rows[row + 2] == third);
    }

    /** A row for a key that is not there, its values unset. */
    int add(long first, long second, long third) {
        if (size == most) {
            remove(oldest);
        }
        int slot = takeSlot();
        set(slot, 0, first);
        set(slot, 1, second);
        if (keyWidth > 2) {
            set(slot, 2, third);
        }
        insert(slot);
        append(slot);
        size++;
        return slot;
    }

    /** Makes a row the youngest. */
    void touch(int slot) {
        if (slot != youngest) {
            unlink(slot);
            append(slot);
        }
    }

    void remove(int slot) {
        unlink(slot);
        dropFromIndex(slot);
        older[slot] = FREE;
        newer[slot] = free;
        free = slot;
        size--;
    }

    private int takeSlot() {
        if (free != NONE) {
            int slot = free;
            free = newer[slot];
            return slot;
        }
        if (used == older.length) {
            grow((int) Math.min(most, used * 2L));
        }
        return used++;
    }

    private void grow(int slots) {
        rows = Arrays.copyOf(rows, slots * width);
        older = Arrays.copyOf(older, slots);
        newer = Arrays.copyOf(newer, slots);
        index = new int[indexSize(slots)];
        for (int slot = 0; slot < used; slot++) {
            insert(slot); // none is free, or there would be no need to grow
        }
    }

    private int place(long hash) {
        return (int) hash & index.length - 1;
    }

    private void insert(int slot) {
        int at = place(get(slot, 1));
        while (index[at] != 0) {
            at = at + 1 & index.length - 1;
        }
        index[at] = slot + 1;
    }

    /** Knuth's deletion (TAOCP 6.4, algorithm R): what was probed past the hole moves into it. */
    private void dropFromIndex(int slot) {
        int mask = index.length - 1;
        int hole = place(get(slot, 1));
        while (index[hole] != slot + 1) {
            hole = hole + 1 & mask;
        }
        for (int at = hole + 1 & mask; index[at] != 0; at = at + 1 & mask) {
            int home = place(get(index[at] - 1, 1));
            if ((at - home & mask) >= (at - hole & mask)) {
                index[hole] = index[at];
                hole = at;
            }
        }
        index[hole] = 0;
    }

    private void append(int slot) {
        older[slot] = youngest;
        newer[slot] = NONE;
        if (youngest == NONE) {
            oldest = slot;
        } else {
            newer[youngest] = slot;
        }
        youngest = slot;
    }

    private void unlink(int slot) {
        int before = older[slot];
        int after = newer[slot];
        if (before == NONE) {
            oldest = after;
        } else {
            newer[before] = after;
        }
        if (after == NONE) {
            youngest = before;
        } else {
            older[after] = before;
        }
    }
}
