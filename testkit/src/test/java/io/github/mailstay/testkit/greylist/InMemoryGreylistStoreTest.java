// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import org.junit.jupiter.api.Nested;

class InMemoryGreylistStoreTest {
    @Nested
    class ManyStripes implements GreylistStoreContract {
        @Override
        public GreylistStore open() {
            return InMemoryGreylistStore.builder().build();
        }

        @Override
        public int histories() {
            return 300;
        }
    }

    @Nested
    class FewStripes implements GreylistStoreContract {
        @Override
        public GreylistStore open() {
            return InMemoryGreylistStore.builder().maxEntries(10_000).build();
        }
    }
}
