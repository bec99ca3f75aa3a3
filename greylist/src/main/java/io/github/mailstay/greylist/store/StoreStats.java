// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

/**
 * How much a store holds, expired entries that were not swept yet included. Immutable.
 *
 * @param entries triplets
 * @param passed those of them that have passed
 * @param counters counters
 */
public record StoreStats(long entries, long passed, long counters) {
    /** Triplets that have not passed. */
    public long waiting() {
        return entries - passed;
    }
}
