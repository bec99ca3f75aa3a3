// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.net.LocalParts;
import io.github.mailstay.net.MailAddress;
import io.github.mailstay.net.MailDomains;
import java.util.Locale;

/**
 * What a sender address is compared as, so that the one-time parts of bounce addresses do not make every mail a new
 * triplet. Pure and stateless; never throws; bounded time; {@code normalise(normalise(a))} is {@code normalise(a)}. The
 * caller keeps the original for the log.
 *
 * <p>In this order, until nothing changes any more:
 *
 * <ol>
 *   <li>The domain is written as {@link MailDomains#canonical} does: lower case, A-labels, no trailing dot, literals in
 *       one spelling. Quotes the local part does not need are dropped, see {@link LocalParts#canonical}; one that needs
 *       them ({@code "john doe"}) is lower-cased and otherwise left alone.
 *   <li>Signatures and rewritings are taken off. BATV leaves the local part: {@code prvs=TAG=ann}, {@code prvs=ann=TAG},
 *       {@code prvs=ann/TAG}, {@code btv1==TAG==ann}, {@code msprvs1=TAG=ann}. SRS leaves the original sender with the
 *       original domain: {@code SRS0=HASH=TIME=example.org=ann} at any forwarder is {@code ann@example.org}, so are
 *       {@code SRS1=...} and {@code forwarder+SRS=HASH=TIME=example.org=ann}.
 *   <li>An extension ({@code +...}, but not at the beginning) is dropped from any address, even a person's: VERP lives
 *       there.
 *   <li>In addresses that look like bounce addresses, one-time parts become {@code #}. {@code john1} and {@code john2}
 *       stay two.
 *   <li>The local part is lower-cased. RFC 5321 section 2.4 leaves its case to its own host, so {@link MailAddress}
 *       keeps it; no host is known that gives {@code Ann} and {@code ann} to two people, and a triplet is no mailbox:
 *       taking them for one costs nothing.
 * </ol>
 *
 * <p>An address looks like a bounce address if its local part has a word {@code bounce}, {@code bounces},
 * {@code bounced}, {@code return}, {@code returns} or {@code verp} (digits behind it aside); or begins with {@code owner},
 * {@code errors}, {@code em}, {@code mta}, {@code bnc}, {@code sentto}, {@code reply}, {@code noreply}, {@code fbl},
 * {@code confirm} or {@code prvs} with {@code -}, {@code _} or {@code =} behind; or holds a UUID, a long hash or 16
 * digits; or holds the recipient's address behind something else ({@code news-ann=example.org}); or if its domain is
 * below a label such as {@code bounce} or {@code em1234}; or if it is MediaWiki's.
 *
 * <p>One-time parts are the embedded recipient, and words (runs of letters and digits) that no person made up: numbers;
 * UUIDs; hexadecimal words with a digit, of 6 or more characters with 3 changes, 8 with 2, or 16 with 1; others of 10
 * or more characters with 5 changes, or 16 with 3; and in all other words numbers of 5 or more digits. A change is
 * where letters and digits meet, or a small letter and a capital that begins no word: so {@code face}, {@code bad},
 * {@code abba1985}, {@code 3com} and {@code NewsLetter} are names, {@code 5f2a1b} is a token.
 *
 * <p>A local part of more than {@value #MAX_LOCAL_PART} characters (RFC 5321 has 64, and 256 octets for a whole path)
 * is only lower-cased. The null sender stays itself. An ordinary address takes a few microseconds, the worst one below a
 * millisecond.
 *
 * <p>Limits: words of letters only are never taken for tokens unless they are long and their capitals stand where no
 * word has them; a token cut by {@code -} or {@code _} is judged piece by piece; a domain that changes from mail to
 * mail ({@code mail17.example.com}) stays as it is.
 */
public final class Normaliser {
    /** The longest local part that is looked into, in characters. */
    public static final int MAX_LOCAL_PART = 256;

    private Normaliser() {}

    /** What {@code sender} is compared as. */
    public static MailAddress normalise(MailAddress sender) {
        MailAddress current = sender;
        while (true) {
            // Each round that changes more than case takes letters or digits away: it ends, and mostly after two.
            MailAddress next = once(current);
            if (next.equals(current)) {
                return next;
            }
            current = next;
        }
    }

    private static MailAddress once(MailAddress sender) {
        if (sender.isNullSender()) {
            return sender;
        }
        String domain = MailDomains.canonical(sender.domain());
        if (sender.localPart().length() > MAX_LOCAL_PART) {
            return address(sender.localPart(), domain);
        }
        String local = LocalParts.canonical(sender.localPart());
        if (local.startsWith("\"")) {
            return address(local, domain);
        }
        local = SignedLocalPart.unsigned(local);
        MailAddress original = RewrittenSender.original(local);
        if (original != null) {
            return original;
        }
        return address(BounceAddress.withoutTokens(withoutExtension(local), domain), domain);
    }

    /** Drops the extension; a leading plus is a telephone number's. */
    private static String withoutExtension(String local) {
        int plus = local.indexOf('+', 1);
        return plus < 0 ? local : local.substring(0, plus);
    }

    private static MailAddress address(String local, String domain) {
        // The last @ divides, so a local part that holds one stays whole.
        return MailAddress.of(local.toLowerCase(Locale.ROOT) + "@" + domain);
    }
}
