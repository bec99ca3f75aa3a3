// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

/**
 * What became of the questions to a {@link CachedLookup} since it was built; each is counted once. Immutable.
 *
 * @param asked put to the lookup behind it
 * @param joined to one that was under way already
 * @param cached answered from memory
 */
public record CacheCounts(long asked, long joined, long cached) {}
