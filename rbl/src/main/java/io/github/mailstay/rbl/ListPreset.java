// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/**
 * The ready-made settings of a well-known public list, as of a date: its codes, the answers with which it refuses, its test
 * points and its terms of use. Immutable. None is used unless somebody names it: most are free for small users only.
 *
 * @param id under which it shows, unless another is given
 * @param about what it lists, for people
 * @param needsKey whether its zone must be given, since it holds the user's key
 * @param terms who may use it, and where that stands
 * @param sources where its codes are documented
 * @param asOf when this was true
 */
public record ListPreset(
        String id, String about, boolean needsKey, String terms, List<String> sources, LocalDate asOf, Parts parts) {
    /** What a list is made of; the zone is not public, as that of a list with a key is none. */
    record Parts(String zone, Set<Asked> ask, List<ListCode> codes, List<ListError> errors, List<TestPoint> tests) {}

    /** Copies the sources. */
    public ListPreset {
        sources = List.copyOf(sources);
    }

    /** A builder with all of this set, to which what the user wants otherwise is added. */
    public DnsListBuilder builder() {
        DnsListBuilder builder = DnsList.builder().id(id).ask(parts.ask).tests(parts.tests);
        if (!needsKey) {
            builder.zone(parts.zone);
        }
        parts.codes.forEach(code -> builder.code(code.filter(), code.weight(), code.meaning()));
        parts.errors.forEach(error -> builder.error(error.filter(), error.meaning()));
        return builder;
    }
}
