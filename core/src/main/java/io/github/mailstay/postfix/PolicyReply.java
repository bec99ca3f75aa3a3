// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

/**
 * What a policy server answered: one action of access(5), as it was sent. Immutable.
 *
 * @param action the text behind {@code action=}
 */
public record PolicyReply(String action) {
    /** The first word, such as {@code DUNNO}, {@code PREPEND} or {@code 451}. */
    public String verb() {
        int blank = action.indexOf(' ');
        return blank < 0 ? action : action.substring(0, blank);
    }

    /** What follows the first word; empty if nothing does. */
    public String text() {
        int blank = action.indexOf(' ');
        return blank < 0 ? "" : action.substring(blank + 1);
    }
}
