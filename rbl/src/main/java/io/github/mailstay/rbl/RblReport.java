// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What all lists know of one client: a result for each, and the score, which is the sum of what those add that
 * list it. Immutable. Holds no zone.
 */
public final class RblReport {
    /**
     * One list's part.
     *
     * @param id of the list
     * @param most the most that it could have added to the score; 0 for an allow list
     * @param result what it knows
     * @param took from the question to the result
     * @param ttl how long the list lets its answer be kept; zero if it has not answered
     */
    public record Entry(String id, int most, ListResult result, Duration took, Duration ttl) {
        /** What it adds to the score: 0 unless the client is listed, below 0 for an allow list. */
        public int score() {
            return result instanceof ListResult.Listed listed ? listed.weight() : 0;
        }

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
        // No overflow: at most 64 lists with 64 codes of a weight of at most 1000.
        this.score = entries.stream().mapToInt(Entry::score).sum();
    }

    /** The lists, in the order in which they were configured. */
    public List<Entry> entries() {
        return entries;
    }

    /** The sum of what the lists add that list the client; may be below 0. */
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

    /** The ids of the lists that were not waited for, since they could have changed nothing. */
    public List<String> unneeded() {
        return ids(entry -> entry.result() instanceof ListResult.Unasked unasked
                && unasked.why().equals(ListResult.Unasked.NOT_NEEDED));
    }

    List<String> ids(Predicate<Entry> which) {
        return entries.stream().filter(which).map(Entry::id).toList();
    }

    /**
     * In words for a trace: {@code result=listed score=2 lists=zen,bl unknown=dead}. The result is {@code listed} if a
     * list has the client, else {@code unknown} if one cannot tell, else {@code clean}. Lists that were not waited for
     * stand behind {@code unneeded=}.
     */
    @Override
    public String toString() {
        List<String> listed = listed();
        List<String> unknown = unknown();
        List<String> unneeded = unneeded();
        String result = !listed.isEmpty() ? "listed" : !unknown.isEmpty() ? "unknown" : "clean";
        return "result=" + result + " score=" + score
                + (listed.isEmpty() ? "" : " lists=" + String.join(",", listed))
                + (unknown.isEmpty() ? "" : " unknown=" + String.join(",", unknown))
                + (unneeded.isEmpty() ? "" : " unneeded=" + String.join(",", unneeded));
    }
}
