// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A run of letters and digits in a local part, or a UUID with its hyphens. Immutable.
 *
 * @param start the index of its first character
 * @param end the index behind its last
 */
record Word(int start, int end) {
    private static final int LONGEST_MARKER = 8;

    /** The words of a local part, in order. */
    static List<Word> in(String local) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < local.length()) {
            if (!Characters.isWord(local.charAt(at))) {
                at++;
                continue;
            }
            int end = OneTimeToken.uuidEnd(local, at);
            if (end < 0) {
                end = at;
                while (end < local.length() && Characters.isWord(local.charAt(end))) {
                    end++;
                }
            }
            words.add(new Word(at, end));
            at = end;
        }
        return words;
    }

    /** Whether it was made for one mail, or one mailing. */
    boolean isToken(String local) {
        return isUuid(local) || OneTimeToken.isToken(local, start, end);
    }

    /** Whether it makes the address around it one of a machine. */
    boolean isTelling(String local) {
        return isUuid(local) || OneTimeToken.isTelling(local, start, end);
    }

    private boolean isUuid(String local) {
        return OneTimeToken.uuidEnd(local, start) == end;
    }

    /** Its text in lower case without the digits at its end; empty if it is too long for a marker. */
    String withoutDigits(String local) {
        int last = end;
        while (last > start && Characters.isDigit(local.charAt(last - 1))) {
            last--;
        }
        return last - start > LONGEST_MARKER ? "" : local.substring(start, last).toLowerCase(Locale.ROOT);
    }
}
