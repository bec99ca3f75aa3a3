// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.net.MailAddress;
import org.jspecify.annotations.Nullable;

/**
 * The local part a forwarder made of a sender's whole address by the Sender Rewriting Scheme, to be read backwards.
 * Stateless. Shapes: {@code SRS0=HASH=TIME=domain=local}, {@code SRS1=HASH=forwarder==HASH=TIME=domain=local} (the
 * first separator of each may be {@code =}, {@code +} or {@code -}), and Exchange's
 * {@code forwarder+SRS=HASH=TIME=domain=local}.
 */
final class RewrittenSender {
    private static final int MAX_HASH = 64;
    private static final int MAX_TIME = 4;

    private RewrittenSender() {}

    /** The original sender, or null if this is no SRS address. */
    static @Nullable MailAddress original(String local) {
        if (tagged(local, 0, "SRS0")) {
            return afterTag(local, 5);
        }
        if (tagged(local, 0, "SRS1")) {
            int hashEnd = field(local, 5, MAX_HASH);
            int forwarderEnd = hashEnd < 0 ? -1 : local.indexOf('=', hashEnd + 1);
            boolean complete = forwarderEnd > hashEnd + 1
                    && forwarderEnd + 1 < local.length()
                    && isSeparator(local, forwarderEnd + 1);
            return complete ? afterTag(local, forwarderEnd + 2) : null;
        }
        int plus = local.indexOf('+', 1);
        return plus > 0 && tagged(local, plus + 1, "SRS") ? afterTag(local, plus + 5) : null;
    }

    private static @Nullable MailAddress afterTag(String local, int start) {
        int hashEnd = field(local, start, MAX_HASH);
        int timeEnd = hashEnd < 0 ? -1 : field(local, hashEnd + 1, MAX_TIME);
        int domainEnd = timeEnd < 0 ? -1 : local.indexOf('=', timeEnd + 1);
        if (domainEnd < 0 || domainEnd + 1 == local.length() || !isHost(local, timeEnd + 1, domainEnd)) {
            return null;
        }
        return MailAddress.of(local.substring(domainEnd + 1) + "@" + local.substring(timeEnd + 1, domainEnd));
    }

    private static boolean tagged(String local, int at, String tag) {
        return local.regionMatches(true, at, tag, 0, tag.length())
                && at + tag.length() < local.length()
                && isSeparator(local, at + tag.length());
    }

    private static boolean isSeparator(String local, int at) {
        return "=+-".indexOf(local.charAt(at)) >= 0;
    }

    /** Where the field that starts here ends, at an equals sign; -1 if it is empty or too long. */
    private static int field(String local, int start, int max) {
        int end = local.indexOf('=', start);
        return end > start && end - start <= max ? end : -1;
    }

    private static boolean isHost(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!Characters.isWord(c) && c != '.' && c != '-') {
                return false;
            }
        }
        return end > start;
    }
}
