// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mailstay.greylist.store.GreylistStore;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What a greylist on this store must do in any history: tries from several hosts whose clocks differ and jump, restarts, and
 * ends without warning. Each is played against the pure rules and held to the laws that {@link History} names. Histories
 * come from seeds: a failure tells seed and step, and happens again.
 */
public interface HistoryContract extends LifeContract {
    /** Whether {@link #reopen} also gives a second host a store of its own while the first is open. */
    default boolean isShared() {
        return false;
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
    default void anyHistoryOfOneHostObeysTheLaws() throws Exception {
        for (long seed = 1; seed <= 25; seed++) {
            try (History history = new History(this, seed, 1)) {
                history.play(150);
            }
        }
    }

    /** Law: three hosts on one store, their clocks apart. */
    @Test
    default void anyHistoryOfThreeHostsObeysTheLaws() throws Exception {
        assumeTrue(isShared(), "this store belongs to one process at a time");
        for (long seed = 101; seed <= 120; seed++) {
            try (History history = new History(this, seed, 3)) {
                history.play(150);
            }
        }
    }
}
