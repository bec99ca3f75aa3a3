// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

/** A text on its way to another, in which pieces become {@code #}, from left to right. Not thread-safe. */
final class Rewriting {
    private final String text;
    private final StringBuilder out;
    private int copied;

    Rewriting(String text) {
        this.text = text;
        out = new StringBuilder(text.length());
    }

    /** Replaces what stands between these indexes; an empty piece, or one replaced before, is none. */
    void replace(int start, int end) {
        if (start >= end || start < copied) {
            return;
        }
        copyUpTo(start);
        mark();
        copied = end;
    }

    /** The text with everything replaced, neighbouring marks as one. */
    String finish() {
        copyUpTo(text.length());
        return out.toString();
    }

    private void copyUpTo(int end) {
        for (; copied < end; copied++) {
            char c = text.charAt(copied);
            if (c == '#') {
                mark();
            } else {
                out.append(c);
            }
        }
    }

    private void mark() {
        if (out.length() == 0 || out.charAt(out.length() - 1) != '#') {
            out.append('#');
        }
    }
}
