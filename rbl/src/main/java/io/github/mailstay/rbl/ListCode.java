// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

/**
 * What some of a list's addresses mean. Immutable.
 *
 * @param filter the addresses; it counts once, however many of them are in an answer
 * @param weight what it adds to the score, within -1000 and 1000 and not 0; below 0 it speaks for the client
 * @param meaning for people, up to 200 characters; may be empty
 */
public record ListCode(ReplyFilter filter, int weight, String meaning) {
    private static final int MAX_WEIGHT = 1000;
    private static final int MAX_MEANING = 200;

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException if one is out of its limits
     */
    public ListCode {
        if (weight == 0 || weight < -MAX_WEIGHT || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " is 0 or not within -1000 and 1000");
        }
        if (meaning.length() > MAX_MEANING || meaning.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw new IllegalArgumentException("meaning: more than 200 characters, or one that cannot be shown");
        }
    }
}
