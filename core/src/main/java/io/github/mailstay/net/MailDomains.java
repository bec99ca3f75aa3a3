// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import java.net.IDN;
import java.net.Inet4Address;
import java.util.Locale;

/**
 * The one way of writing the domain of a mail address, so that equal domains are equal text. Stateless; pure; never
 * throws.
 */
public final class MailDomains {
    /** Domains longer than this (RFC 1035 section 2.3.4, a trailing dot included) are only lower-cased. */
    public static final int MAX_LENGTH = 255;

    private static final String IPV6_TAG = "ipv6:";
    // Newer scripts than those of Unicode 3.2, which IDNA 2003 knows, are to be encoded, too; what is no host name is
    // not to become one (a full-width @ would).
    private static final int IDN_FLAGS = IDN.ALLOW_UNASSIGNED | IDN.USE_STD3_ASCII_RULES;

    private MailDomains() {}

    /**
     * The domain in lower case, without trailing dots, its U-labels as A-labels ({@code b\u00fccher.example} becomes
     * {@code xn--bcher-kva.example}); of an address literal the address as RFC 5952 writes it ({@code [192.0.2.1]},
     * {@code [ipv6:2001:db8::1]}, an IPv4-mapped one as IPv4, a missing tag added). What is no internationalised
     * domain or literal, in spite of its look, is only lower-cased; so are labels with one of the four characters that
     * IDNA 2003, which the JDK has, would turn into others ({@code \u00df} into {@code ss}): better two spellings of
     * one domain than two domains taken for one.
     *
     * @param domain what stands behind the {@code @}; may be empty
     */
    public static String canonical(String domain) {
        String lower = domain.toLowerCase(Locale.ROOT);
        if (lower.length() > MAX_LENGTH) {
            return lower;
        }
        String bare = withoutDots(lower);
        if (bare.startsWith("[") && bare.endsWith("]")) {
            return literal(bare);
        }
        return isAscii(bare) ? bare : withoutDots(toAscii(bare));
    }

    private static String withoutDots(String domain) {
        int end = domain.length();
        while (end > 0 && domain.charAt(end - 1) == '.') {
            end--;
        }
        return domain.substring(0, end);
    }

    private static String literal(String bracketed) {
        String inside = bracketed.substring(1, bracketed.length() - 1);
        String text = inside.startsWith(IPV6_TAG) ? inside.substring(IPV6_TAG.length()) : inside;
        return IpAddresses.parse(text)
                .map(address ->
                        "[" + (address instanceof Inet4Address ? "" : IPV6_TAG) + IpAddresses.text(address) + "]")
                .orElse(bracketed);
    }

    private static String toAscii(String domain) {
        if (domain.chars().anyMatch(MailDomains::isDeviation)) {
            return domain;
        }
        try {
            String ascii = IDN.toASCII(domain, IDN_FLAGS).toLowerCase(Locale.ROOT);
            return isAscii(ascii) ? ascii : domain;
        } catch (IllegalArgumentException | IndexOutOfBoundsException invalid) {
            // The second is what some JDKs throw for some empty labels.
            return domain;
        }
    }

    /** Sharp s, final sigma and the zero-width joiners: RFC 5894 section 7.2. */
    private static boolean isDeviation(int c) {
        return c == 0xdf || c == 0x3c2 || c == 0x200c || c == 0x200d;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
