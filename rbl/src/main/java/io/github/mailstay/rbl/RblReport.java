// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What all lists know of one client: a result for each, and the score, which is the sum of the weights of those that
 * list it. Immutable. Holds no zone.
 */
public final class RblReport {
    /**
     * One list's part.
     *
     * @param id of the list
     * @param weight of the list, whether it counts or not
     * @param result what it knows
     * @param took from the question to the result
     */
    public record Entry(String id, int weight, ListResult result, Duration took) {
        boolean isListed() {
            return result instanceof ListResult.Listed;
        }

        boolean isUnknown() {
            return result instanceof ListResult.Unknown;
        }

        /** {@code zen listed=127.0.0.2 3ms}. */
        @Override
        public String toString() {
            return id + " " + result + " " + took.toMillis() + "ms";
        }
    }

    private final List<Entry> entries;
    private final int score;

    RblReport(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        // No overflow: at most 64 lists of a weight of at most 1000.
        this.score =
                entries.stream().filter(Entry::isListed).mapToInt(Entry::weight).sum();
    }

    /** The lists, in the order in which they were configured. */
    public List<Entry> entries() {
        return entries;
    }

    /** The sum of the weights of the lists that list the client; may be below 0. */
    public int score() {
        return score;
    }

    /** The ids of the lists that list the client, allow lists too. */
    public List<String> listed() {
        return ids(Entry::isListed);
    }

    /** The ids of the lists that nobody can tell of. */
    public List<String> unknown() {
        return ids(Entry::isUnknown);
    }

    List<String> ids(Predicate<Entry> which) {
        return entries.stream().filter(which).map(Entry::id).toList();
    }

    /**
     * In words for a trace: {@code result=listed score=2 lists=zen,bl unknown=dead}. The result is {@code listed} if a
     * list has the client, else {@code unknown} if one cannot tell, else {@code clean}.
     */
    @Override
    public String toString() {
        List<String> listed = listed();
        List<String> unknown = unknown();
        String result = !listed.isEmpty() ? "listed" : !unknown.isEmpty() ? "unknown" : "clean";
        return "result=" + result + " score=" + score
                + (listed.isEmpty() ? "" : " lists=" + String.join(",", listed))
                + (unknown.isEmpty() ? "" : " unknown=" + String.join(",", unknown));
    }
}
