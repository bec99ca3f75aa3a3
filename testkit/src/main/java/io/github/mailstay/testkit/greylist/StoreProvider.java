// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.store.GreylistStore;

/** What hands out the stores that a contract tries. */
public interface StoreProvider {
    /** Opens an empty store; each test closes what it opens. */
    GreylistStore open() throws Exception;

    /** Whether the store lists its entries in the order of their tuple hashes, each once; true unless overridden. */
    default boolean isOrdered() {
        return true;
    }

    /** Whether the store's engine removes what has expired, so that there is nothing to sweep; false unless overridden. */
    default boolean expiresByItself() {
        return false;
    }
}
