// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.List;

/**
 * The note that a client deserves a test: a block list knows it.
 *
 * @param score how strongly; above 0
 * @param reasons public ids of what raised it, such as list ids; never a secret zone name
 */
public record Suspicion(int score, List<String> reasons) implements Note {
    /** Checks the score and copies the reasons. */
    public Suspicion {
        if (score <= 0) {
            throw new IllegalArgumentException("a suspicion has a score above 0, not " + score);
        }
        reasons = List.copyOf(reasons);
    }
}
