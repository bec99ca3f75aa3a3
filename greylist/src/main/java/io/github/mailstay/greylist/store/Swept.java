// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

/**
 * What one slice of housekeeping did. Immutable.
 *
 * @param examined rows looked at, entries and counters
 * @param removed those of them that had expired
 * @param complete whether the slice reached the end of the key space
 */
public record Swept(long examined, long removed, boolean complete) {}
