// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

/**
 * How often one list knew what, since its check was made. Immutable.
 *
 * @param listed how often it had the client
 * @param clean how often it had not
 * @param unknown how often nobody could tell
 */
public record ListCounts(long listed, long clean, long unknown) {
    /** How often it was asked: the sum of the three. */
    public long asked() {
        return listed + clean + unknown;
    }
}
