// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.store.GreylistStore;

/**
 * What every greylist store must do: a test class that inherits from this and hands out stores has it all checked. The
 * pure rules are the reference, times are given and never waited for, and what must be atomic is tried by many threads.
 *
 * <p>It is made of {@link RecordContract} (tries), {@link TallyContract} (counters), {@link VisitContract} (what
 * one mail needs), {@link MergeContract} (forgetting
 * and taking over), {@link ListingContract} (finding,
 * listing, counting), {@link SweepContract} (housekeeping) and {@link LifeContract} (closing and reopening), and {@link HistoryContract} (the
 * laws, in random histories). A store must
 * hold at least 10,000 entries. Needs JUnit Jupiter, and jqwik, which makes the histories.
 */
public interface GreylistStoreContract
        extends RecordContract,
                TallyContract,
                VisitContract,
                MergeContract,
                ListingContract,
                SweepContract,
                LifeContract,
                HistoryContract {
    /** Opens an empty store; each test closes what it opens. */
    @Override
    GreylistStore open() throws Exception;
}
