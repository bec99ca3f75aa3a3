// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** Lines of a stranger's text, of which none may be too long. Not thread-safe. */
final class BoundedLines {
    private final Reader in;
    private final int max;

    BoundedLines(Reader in, int max) {
        this.in = in;
        this.max = max;
    }

    /**
     * The next line without its end; null behind the last.
     *
     * @throws IOException if it is too long
     */
    @Nullable
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == max) {
                throw new IOException("a line is longer than " + max + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }
}
