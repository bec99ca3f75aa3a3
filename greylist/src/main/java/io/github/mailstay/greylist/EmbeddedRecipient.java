// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.util.List;

/**
 * The place in a local part where VERP puts the recipient's address: {@code list-return-7-[ann=example.org]}, or
 * LISTSERV's {@code owner-LIST*[ann**example*org]}. Immutable.
 *
 * <p>Where the recipient begins is a guess, as its local part may hold any separator, too: behind the last marker or
 * token that {@code -} or {@code _} follows, else behind the last hyphen, else behind the last marker or token, else at
 * the beginning.
 *
 * @param start the index of its first character
 * @param end the index behind its last; equal to start if there is none
 */
record EmbeddedRecipient(int start, int end) {
    private static final EmbeddedRecipient NONE = new EmbeddedRecipient(0, 0);

    /** Looks for it; {@code bounce} says whether the address looks like a bounce address already. */
    static EmbeddedRecipient find(String local, List<Word> words, boolean bounce) {
        int stars = local.indexOf("**");
        int star = local.indexOf('*');
        if (bounce && star > 0 && star < stars) {
            return new EmbeddedRecipient(star + 1, local.length());
        }
        for (int equals = local.lastIndexOf('='); equals > 0; equals = local.lastIndexOf('=', equals - 1)) {
            int end = domainEnd(local, equals + 1);
            if (end > 0) {
                int start = bounce ? start(local, words, equals) : local.lastIndexOf('-', equals) + 1;
                return new EmbeddedRecipient(start, end);
            }
        }
        return NONE;
    }

    /** Whether it covers the character at this index. */
    boolean contains(int index) {
        return start <= index && index < end;
    }

    /** The end of the domain that starts here: a run of host characters with a letter behind a dot; -1 if none. */
    private static int domainEnd(String local, int start) {
        boolean dot = false;
        boolean letterBehindDot = false;
        int end = start;
        for (; end < local.length() && isHostCharacter(local.charAt(end)) && !isDoubleHyphen(local, end); end++) {
            char c = local.charAt(end);
            letterBehindDot |= dot && Characters.isWord(c) && !Characters.isDigit(c);
            dot |= c == '.' && end > start;
        }
        return letterBehindDot ? end : -1;
    }

    private static boolean isHostCharacter(char c) {
        return Characters.isWord(c) || c == '.' || c == '-';
    }

    /** Two hyphens end a domain, except those of an A-label. */
    private static boolean isDoubleHyphen(String local, int at) {
        return local.startsWith("--", at) && !local.regionMatches(true, at - 2, "xn", 0, 2);
    }

    private static int start(String local, List<Word> words, int equals) {
        int behindAny = 0;
        int behindDashed = 0;
        for (Word word : words) {
            if (word.end() >= equals) {
                break;
            }
            if (word.isToken(local) || BounceAddress.isMarker(local, word)) {
                behindAny = word.end() + 1;
                char separator = local.charAt(word.end());
                behindDashed = separator == '-' || separator == '_' ? behindAny : behindDashed;
            }
        }
        int behindHyphen = local.lastIndexOf('-', equals) + 1;
        int start = behindDashed > 0 ? behindDashed : behindHyphen > 0 ? behindHyphen : behindAny;
        while (local.charAt(start) == '-') {
            start++; // some write two; the equals sign is a stop
        }
        return start;
    }
}
