// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The address a machine wants its bounces sent to, with its one-time parts. Stateless.
 *
 * <p>Words are runs of letters and digits. An address looks like a bounce address if one of these holds:
 *
 * <ul>
 *   <li>A word of its local part, digits at its end left aside, is {@code bounce}, {@code bounces}, {@code bounced},
 *       {@code return}, {@code returns} or {@code verp}: {@code list-bounces}, {@code list-return-123}.
 *   <li>Its first word is one of {@code owner}, {@code errors}, {@code em}, {@code mta}, {@code bnc}, {@code sentto},
 *       {@code reply}, {@code noreply}, {@code fbl}, {@code confirm} or {@code prvs}, and {@code -}, {@code _} or
 *       {@code =} follows: {@code em-4711-x}, but not the person {@code em.smith}.
 *   <li>It holds a {@linkplain OneTimeToken telling token}: a UUID, a long hash, or 16 digits.
 *   <li>A label of its domain, with two or more behind it, is one of the words of the first rule, or {@code bnc}, or
 *       {@code em} or {@code mta} with a number: {@code 4711@bounce.example.com}.
 *   <li>It holds the recipient's address behind something else: {@code news-ann=example.org}.
 *   <li>It is MediaWiki's {@code wiki-NAME-USER-TIME-HASH}, of which the name stays.
 * </ul>
 *
 * In such an address tokens become {@code #}, so does the embedded recipient, and a number right behind a marker word.
 */
final class BounceAddress {
    private static final Set<String> ANYWHERE = Set.of("bounce", "bounces", "bounced", "return", "returns", "verp");
    private static final Set<String> IN_FRONT =
            Set.of("owner", "errors", "em", "mta", "bnc", "sentto", "reply", "noreply", "fbl", "confirm", "prvs");
    private static final Set<String> NUMBERED_LABELS = Set.of("em", "mta");
    private static final int WIKI_PARTS = 5;
    private static final int WIKI_HASH = 16;

    private BounceAddress() {}

    /** The local part, one-time parts replaced if the address looks like a bounce address. */
    static String withoutTokens(String local, String domain) {
        List<Word> words = Word.in(local);
        int wiki = wikiTail(local);
        if (wiki > 0) {
            return local.substring(0, wiki) + '#';
        }
        boolean bounce = looksLikeBounce(local, words) || isBounceDomain(domain);
        EmbeddedRecipient recipient = EmbeddedRecipient.find(local, words, bounce);
        return bounce || recipient.start() > 0 ? replaced(local, words, recipient) : local;
    }

    /** Whether the word marks a bounce address, or would with something behind it. */
    static boolean isMarker(String local, Word word) {
        String letters = word.withoutDigits(local);
        return ANYWHERE.contains(letters) || (word.start() == 0 && IN_FRONT.contains(letters));
    }

    private static boolean looksLikeBounce(String local, List<Word> words) {
        for (Word word : words) {
            if (ANYWHERE.contains(word.withoutDigits(local)) || word.isTelling(local)) {
                return true;
            }
        }
        return !words.isEmpty()
                && isMarker(local, words.get(0))
                && isAt(local, words.get(0).end(), "-_=");
    }

    private static boolean isAt(String local, int at, String separators) {
        return at < local.length() && separators.indexOf(local.charAt(at)) >= 0;
    }

    private static boolean isBounceDomain(String domain) {
        int start = 0;
        for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', start)) {
            if (domain.indexOf('.', dot + 1) < 0) {
                return false; // the label in front of the last one is a name, not a purpose
            }
            String label = domain.substring(start, dot);
            String letters = new Word(0, label.length()).withoutDigits(label);
            if (ANYWHERE.contains(label)
                    || label.equals("bnc")
                    || (NUMBERED_LABELS.contains(letters) && letters.length() < label.length())) {
                return true;
            }
            start = dot + 1;
        }
        return false;
    }

    /** Where the one-time tail of a MediaWiki address begins, or -1. */
    private static int wikiTail(String local) {
        if (!local.toLowerCase(Locale.ROOT).startsWith("wiki-")) {
            return -1;
        }
        int dashes = (int) local.chars().filter(c -> c == '-').count();
        boolean shaped = dashes == WIKI_PARTS - 1 && local.length() - local.lastIndexOf('-') > WIKI_HASH;
        return shaped ? local.indexOf('-', "wiki-".length()) + 1 : -1;
    }

    private static String replaced(String local, List<Word> words, EmbeddedRecipient recipient) {
        Rewriting out = new Rewriting(local);
        for (Word word : words) {
            if (recipient.contains(word.start())) {
                out.replace(recipient.start(), recipient.end());
            } else if (word.isToken(local)) {
                out.replace(word.start(), word.end());
            } else if (isMarker(local, word)) {
                out.replace(word.start() + word.withoutDigits(local).length(), word.end());
            } else {
                replaceLongNumbers(local, word, out);
            }
        }
        return out.finish();
    }

    private static void replaceLongNumbers(String local, Word word, Rewriting out) {
        int start = word.start();
        while (start < word.end()) {
            int end = start;
            while (end < word.end() && Characters.isDigit(local.charAt(end))) {
                end++;
            }
            if (end - start >= OneTimeToken.LONG_NUMBER) {
                out.replace(start, end);
            }
            start = Math.max(end, start + 1);
        }
    }
}
