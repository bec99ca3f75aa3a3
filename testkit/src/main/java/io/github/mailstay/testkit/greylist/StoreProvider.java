// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.store.GreylistStore;

/** What hands out the stores that a contract tries. */
public interface StoreProvider {
    /** Opens an empty store; each test closes what it opens. */
    GreylistStore open() throws Exception;
}
