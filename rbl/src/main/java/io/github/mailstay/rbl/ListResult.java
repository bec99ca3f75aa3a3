// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.List;

/** What one list knows of one client: listed, clean, nobody can tell, or it was not asked. Immutable. */
public sealed interface ListResult {
    /** Not on the list, see {@link Clean}. */
    ListResult CLEAN = new Clean();

    /**
     * On the list.
     *
     * @param codes the addresses that the list's {@link ListCode}s ask for, such as {@code 127.0.0.2}; those of
     *     one answer in ascending order, each once
     * @param hits the codes that ask for them, in the list's order, each once
     */
    record Listed(List<String> codes, List<ListCode> hits) implements ListResult {
        /** Copies both. */
        public Listed {
            codes = List.copyOf(codes);
            hits = List.copyOf(hits);
        }

        /** What it adds to the score: the sum of the hits' weights, each once. */
        public int weight() {
            return hits.stream().mapToInt(ListCode::weight).sum();
        }

        /** What the hits mean, where that was told. */
        public List<String> meanings() {
            return hits.stream()
                    .map(ListCode::meaning)
                    .filter(meaning -> !meaning.isEmpty())
                    .toList();
        }

        /** {@code listed=127.0.0.2,127.0.0.4}. */
        @Override
        public String toString() {
            return "listed=" + String.join(",", codes);
        }
    }

    /** Not on the list, or not in a part of it that the {@link ReplyFilter} asks for. */
    record Clean() implements ListResult {
        /** {@code clean}. */
        @Override
        public String toString() {
            return "clean";
        }
    }

    /**
     * Nobody can tell: no answer, no proper answer, or one that says that the list refuses to serve.
     *
     * @param why one word for the operator: {@code late}, {@code timeout}, {@code servfail},
     *     {@code error-code:127.255.255.254} ...
     */
    record Unknown(String why) implements ListResult {
        /** {@code unknown=servfail}. */
        @Override
        public String toString() {
            return "unknown=" + why;
        }
    }

    /**
     * It was not asked, or its answer was not waited for.
     *
     * @param why one word: {@code nothing-to-ask}, since the client has no such name, or {@code not-needed}, since no
     *     answer could have changed the outcome
     */
    record Unasked(String why) implements ListResult {
        static final String NOT_NEEDED = "not-needed";
        /** {@code unasked=not-needed}. */
        @Override
        public String toString() {
            return "unasked=" + why;
        }
    }
}
