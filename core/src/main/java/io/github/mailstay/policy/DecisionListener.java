// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

/**
 * Hears of every decision: log, metrics and status page are listeners. Called on the thread that decided, which may
 * serve other connections: implementations never block (see {@link QueuedDecisionListener}) and are thread-safe. What
 * they throw is logged and changes no decision.
 */
public interface DecisionListener {
    /** A request was answered. */
    default void decided(PolicyRequest request, Decision decision) {}
}
