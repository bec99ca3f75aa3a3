// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Visited;
import io.lettuce.core.KeyValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the hashes in Redis are as values, and times as the whole milliseconds that they hold. Stateless. */
final class Rows {
    /** The fields of an entry, as {@link #entry} reads them. */
    static final String[] ENTRY = {"first", "last", "expires", "tries", "passes"};

    /** The fields of a counter, as {@link #tally} reads them. */
    static final String[] TALLY = {"count", "first", "last", "expires"};

    /** Half of what a double holds exactly: sums of two stay exact in Lua. */
    private static final long MOST = 1L << 52;

    private Rows() {}

    static GreylistEntry entry(List<Long> row) {
        return new GreylistEntry(time(row.get(0)), time(row.get(1)), time(row.get(2)), row.get(3), row.get(4));
    }

    static Tally tally(List<Long> row) {
        return new Tally(row.get(0), time(row.get(1)), time(row.get(2)), time(row.get(3)));
    }

    /** What the script of a visit gives: nothing, an entry, or an entry and a counter. */
    static Visited visited(List<Long> row, Attempt attempt) {
        if (row.isEmpty()) {
            return Visited.TRUSTED;
        }
        int end = ENTRY.length;
        return new Visited(
                Optional.of(Sighting.of(entry(row.subList(0, end)), attempt)),
                row.size() == end ? Optional.empty() : Optional.of(tally(row.subList(end, row.size()))));
    }

    /** The values of a hash's fields; empty if there is no such key. */
    static Optional<List<Long>> values(List<KeyValue<String, String>> fields) {
        List<Long> values = new ArrayList<>();
        for (KeyValue<String, String> field : fields) {
            @Nullable String value = field.getValueOrElse(null);
            if (value == null) {
                return Optional.empty();
            }
            values.add(Long.valueOf(value));
        }
        return Optional.of(values);
    }

    /**
     * A time in milliseconds.
     *
     * @throws IllegalArgumentException if it is so far away that Lua could not reckon with it (140,000 years)
     */
    static long millis(String what, Instant time) {
        if (Math.abs(time.getEpochSecond()) > MOST / 1000) {
            throw new IllegalArgumentException(what + " is " + time + ", too far away");
        }
        return time.toEpochMilli();
    }

    /** As {@link #millis}, for a count. */
    static long count(String what, long count) {
        if (count > MOST) {
            throw new IllegalArgumentException(what + " is " + count + ", more than " + MOST);
        }
        return count;
    }

    private static Instant time(long millis) {
        return Instant.ofEpochMilli(millis);
    }
}
