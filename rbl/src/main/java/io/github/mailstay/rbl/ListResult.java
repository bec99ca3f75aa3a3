// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.List;

/** What one list knows of one client: listed, clean, or nobody can tell. Immutable. */
public sealed interface ListResult {
    /** Not on the list, see {@link Clean}. */
    ListResult CLEAN = new Clean();

    /**
     * On the list.
     *
     * @param codes the addresses that the list's {@link ReplyFilter} asks for, such as {@code 127.0.0.2}; in ascending
     *     order, each once
     */
    record Listed(List<String> codes) implements ListResult {
        /** Copies the codes. */
        public Listed {
            codes = List.copyOf(codes);
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
}
