// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/**
 * The ready-made settings of a well-known public list, as of a date: its codes, the answers with which it refuses, its test
 * points and its terms of use. Immutable. None is used unless somebody names it: most are free for small users only.
 */
public final class ListPreset {
    /** What stands in the place of a user's key. */
    static final String KEY = "KEY.";

    /** What is told of a list. */
    record Notes(String about, String terms, List<String> sources, LocalDate asOf) {}

    /** What a list is made of. */
    record Parts(String zone, Set<Asked> ask, List<ListCode> codes, List<ListError> errors, List<TestPoint> tests) {}

    private final String id;
    private final Notes notes;
    private final Parts parts;

    ListPreset(String id, Notes notes, Parts parts) {
        this.id = id;
        this.notes = notes;
        this.parts = parts;
    }

    /** The id under which it shows, unless another is given. */
    public String id() {
        return id;
    }

    /** What it lists, for people. */
    public String about() {
        return notes.about;
    }

    /** Who may use it, and where that stands. */
    public String terms() {
        return notes.terms;
    }

    /** Where its codes are documented. */
    public List<String> sources() {
        return List.copyOf(notes.sources);
    }

    /** When this was true. */
    public LocalDate asOf() {
        return notes.asOf;
    }

    /** Whether its zone must be given, since it holds the user's key. */
    public boolean needsKey() {
        return parts.zone.startsWith(KEY);
    }

    /** A builder with all of this set, to which what the user wants otherwise is added. */
    public DnsListBuilder builder() {
        DnsListBuilder builder = DnsList.builder().id(id).ask(parts.ask).tests(parts.tests);
        if (!needsKey()) {
            builder.zone(parts.zone);
        }
        parts.codes.forEach(code -> builder.code(code.filter(), code.weight(), code.meaning()));
        parts.errors.forEach(error -> builder.error(error.filter(), error.meaning()));
        return builder;
    }

    /** Its id. */
    @Override
    public String toString() {
        return id;
    }
}
