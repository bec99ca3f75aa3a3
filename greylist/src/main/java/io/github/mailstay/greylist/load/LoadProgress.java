// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

/**
 * How far an import is. Immutable.
 *
 * @param loaded triplets and clients that the store has taken
 * @param skipped records that could not be taken over
 * @param expired triplets and clients that no longer count, and were left out
 * @param bytesRead how much of the file was taken in
 * @param bytesTotal how long it is; -1 if that is not known
 */
public record LoadProgress(long loaded, long skipped, long expired, long bytesRead, long bytesTotal) {}
