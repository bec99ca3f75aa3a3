// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mailstay.greylist.store.GreylistStore;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What a greylist on this store must do in any history: tries from several hosts whose clocks differ and jump, tries at
 * once, sweeps, restarts, and ends without warning. The laws:
 *
 * <ul>
 *   <li>no pass before the delay;
 *   <li>an early retry never restarts the clock;
 *   <li>never deferred beyond the ceiling;
 *   <li>concurrent tries agree: they are what they would be in some order;
 *   <li>first-seen never moves later within one generation.
 * </ul>
 *
 * <p>Besides, each answer and what is remembered then are those of the pure rules. Histories are random, made by jqwik; one that
 * breaks a law is shrunk to a smallest one and shown, one step a line.
 */
public interface HistoryContract extends LifeContract {
    /** Whether {@link #reopen} also gives a second host a store of its own while the first is open. */
    default boolean isShared() {
        return false;
    }

    /** How many histories a test plays; 30 unless overridden, which is seconds for a store on disk or behind a network. */
    default int histories() {
        return 30;
    }

    /**
     * Opens what a store had answered for at this moment, as if its process had been killed: without closing it.
     *
     * @return empty if this store forgets, which is the default
     */
    default Optional<GreylistStore> reopenKilled(GreylistStore running) throws Exception {
        return Optional.empty();
    }

    /** Law: one host, its clock jumping. */
    @Test
    default void anyHistoryOfOneHostObeysTheLaws() {
        new HistorySearch(this, 1).run(histories());
    }

    /** Law: three hosts on one store, their clocks apart. */
    @Test
    default void anyHistoryOfThreeHostsObeysTheLaws() {
        assumeTrue(isShared(), "this store belongs to one process at a time");
        new HistorySearch(this, 3).run(histories());
    }
}
