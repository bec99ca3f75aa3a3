// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.List;

/**
 * What one check has to say: go on, or that's settled. Immutable. Every outcome says in {@link #found} what it found,
 * for the trace (the operator reads it, the sender never does).
 */
public sealed interface Outcome {
    /** What was found, short, as {@code key=value} words; empty if there is nothing to say. */
    String found();

    /** Goes on with the next check and has nothing to say. */
    static Continue pass() {
        return Continue.NOTHING;
    }

    /** Goes on with the next check, having found this. */
    static Continue pass(String found) {
        return new Continue(found, List.of(), List.of());
    }

    /** Ends the chain with this verdict, having found this. */
    static Settle settle(String found, Verdict verdict) {
        return new Settle(found, verdict);
    }

    /**
     * Goes on with the next check.
     *
     * @param found see {@link Outcome#found}
     * @param notes for the checks behind this one
     * @param headers for the message, should it pass
     */
    record Continue(String found, List<Note> notes, List<Header> headers) implements Outcome {
        private static final Continue NOTHING = new Continue("", List.of(), List.of());

        /** Copies the lists. */
        public Continue {
            notes = List.copyOf(notes);
            headers = List.copyOf(headers);
        }
    }

    /**
     * Ends the chain.
     *
     * @param found see {@link Outcome#found}
     * @param verdict what Postfix is told; {@link Verdict#DUNNO} is how an allow list lets mail pass
     */
    record Settle(String found, Verdict verdict) implements Outcome {}
}
