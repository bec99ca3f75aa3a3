// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.rbl.health.ListHealth;

/**
 * Hears what the lists know of each client that was asked for, and how the lists are: metrics, logs and alarms are
 * listeners. Called on the thread that had the last answer, which may be the one that reads the DNS: implementations never
 * block and are thread-safe. What they throw is logged and changes no decision.
 */
public interface RblListener {
    /** All lists have answered, or no more are waited for. */
    default void reported(RblQuery query, RblReport report) {}

    /**
     * A list has become better or worse. Each change is told once.
     *
     * @param id of the list
     */
    default void healthChanged(String id, ListHealth before, ListHealth now) {}
}
