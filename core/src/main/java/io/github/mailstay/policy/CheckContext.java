// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a check knows besides the request: when its answer is due, and what earlier checks noted. Immutable. */
public final class CheckContext {
    private final Deadline deadline;
    private final List<Note> notes;

    private CheckContext(Deadline deadline, List<Note> notes) {
        this.deadline = deadline;
        this.notes = notes;
    }

    /** A context without notes. */
    public static CheckContext of(Deadline deadline) {
        return new CheckContext(deadline, List.of());
    }

    /** This context with more notes behind those already there. */
    public CheckContext with(List<Note> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<Note> all = new ArrayList<>(notes);
        all.addAll(more);
        return new CheckContext(deadline, List.copyOf(all));
    }

    /** When the answer is due. The chain does not wait longer, whatever the check does. */
    public Deadline deadline() {
        return deadline;
    }

    /** The latest note of this type. */
    public <T extends Note> Optional<T> note(Class<T> type) {
        for (int i = notes.size() - 1; i >= 0; i--) {
            if (type.isInstance(notes.get(i))) {
                return Optional.of(type.cast(notes.get(i)));
            }
        }
        return Optional.empty();
    }
}
