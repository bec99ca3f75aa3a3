// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.concurrent.CompletionStage;

/** Answers requests: a {@link PolicyChain}, or whatever an embedder puts in its place. Thread-safe, never blocks. */
@FunctionalInterface
public interface Decider {
    /**
     * Decides one request.
     *
     * @param deadline when the decision is due; a decider answers by then, with what it knows
     */
    CompletionStage<Decision> decide(PolicyRequest request, Deadline deadline);
}
