// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.util.regex.Pattern;

/**
 * What a store knows a counter by. Immutable.
 *
 * @param purpose what is counted: 1 to 16 lower case letters and dashes
 * @param hash of whom or what it is counted, often {@link GreylistKey#client}
 */
public record CounterKey(String purpose, Hash128 hash) {
    private static final Pattern PURPOSE = Pattern.compile("[a-z-]{1,16}");

    /** Checks the purpose. */
    public CounterKey {
        if (!PURPOSE.matcher(purpose).matches()) {
            throw new IllegalArgumentException("a counter's purpose is 1 to 16 lower case letters and dashes");
        }
    }
}
