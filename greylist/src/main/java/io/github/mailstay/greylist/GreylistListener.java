// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.policy.PolicyRequest;

/**
 * Hears what an operator may have to act on: alarms are listeners. Called on the thread that answers, which may be the
 * store's: implementations never block and are thread-safe. What they throw is logged and changes no decision.
 */
public interface GreylistListener {
    /**
     * A mail was deferred for as long as it may be, and passes although its client has not waited in one place: a pool
     * of senders that should be in an allow list, or a store that forgets.
     *
     * @param tally since when, and how often it came back
     */
    default void ceilingReached(PolicyRequest request, Tally tally) {}

    /** A client that had earned to pass at once has lost that. */
    default void demoted(PolicyRequest request, ClientIdentity client) {}

    /** The store has failed, and did not before: the chain's fail mode answers from here on. Told once. */
    default void storeFailed(Throwable trouble) {}

    /** The store answers again. Told once. */
    default void storeRecovered() {}
}
