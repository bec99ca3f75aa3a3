// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

/**
 * One line of a list that cannot be used, as one line for a person. Immutable.
 *
 * @param file the name of the list
 * @param line its number, from 1
 * @param what what is wrong with it
 */
public record ListMistake(String file, int line, String what) {
    /** {@code FILE:LINE: what is wrong}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what;
    }
}
