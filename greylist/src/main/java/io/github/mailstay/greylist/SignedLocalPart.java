// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

/**
 * A local part with a signature around it that changes daily: BATV (draft-levine-smtp-batv) in the spellings met in the
 * wild. Stateless.
 */
final class SignedLocalPart {
    private static final String PRVS = "prvs=";
    private static final String MSPRVS = "msprvs1=";
    private static final String BTV = "btv1==";

    private SignedLocalPart() {}

    /** The local part within all signatures; as it is, if there is none. */
    static String unsigned(String local) {
        String current = local;
        while (true) {
            String inner = inner(current);
            if (inner.isEmpty() || inner.equals(current)) {
                return current;
            }
            current = inner;
        }
    }

    private static String inner(String local) {
        if (startsWith(local, PRVS)) {
            return privateSignature(local.substring(PRVS.length()), local);
        }
        if (startsWith(local, MSPRVS)) {
            // The tag's alphabet is its maker's own; only its place is known.
            int end = local.indexOf('=', MSPRVS.length());
            return end < 0 ? local : local.substring(end + 1);
        }
        if (startsWith(local, BTV)) {
            int end = local.indexOf("==", BTV.length());
            return end < 0 ? local : local.substring(end + 2);
        }
        return local;
    }

    /** The draft has the tag in front; others put it behind, after an equals sign or a slash. */
    private static String privateSignature(String signed, String whole) {
        int first = firstOf(signed, "=/");
        if (first > 0 && isTag(signed.substring(0, first))) {
            return signed.substring(first + 1);
        }
        int last = Math.max(signed.lastIndexOf('='), signed.lastIndexOf('/'));
        if (last > 0 && isTag(signed.substring(last + 1))) {
            return signed.substring(0, last);
        }
        return whole;
    }

    private static int firstOf(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** A key number, three digits of a day and at least four hexadecimal digits of a signature (the draft: six). */
    private static boolean isTag(String text) {
        if (text.length() < 8 || text.length() > 16) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (i < 4 ? !Characters.isDigit(c) : !Characters.isHex(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWith(String text, String prefix) {
        return text.regionMatches(true, 0, prefix, 0, prefix.length());
    }
}
