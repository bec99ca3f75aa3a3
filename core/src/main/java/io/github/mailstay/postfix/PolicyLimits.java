// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

/**
 * How much one request may be. Postfix itself sets no limits, so the reader must. Immutable.
 *
 * @param maxRequest bytes of one request with its line ends, 1024 to 1048576
 * @param maxValue bytes of one attribute's value, 256 to {@code maxRequest}
 */
public record PolicyLimits(int maxRequest, int maxValue) {
    /** 64 KiB a request, 4 KiB a value. */
    public static final PolicyLimits DEFAULT = new PolicyLimits(64 * 1024, 4 * 1024);

    /** The longest attribute name, in bytes. Postfix's own have at most 23. */
    static final int MAX_NAME = 128;

    /** Checks both. */
    public PolicyLimits {
        if (maxRequest < 1024 || maxRequest > 1024 * 1024) {
            throw new IllegalArgumentException("maxRequest is within 1024 and 1048576, not " + maxRequest);
        }
        if (maxValue < 256 || maxValue > maxRequest) {
            throw new IllegalArgumentException("maxValue is within 256 and maxRequest, not " + maxValue);
        }
    }
}
