// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads SMTP replies (RFC 5321 section 4.2) from bytes, wherever they come from. Stateless. */
final class SmtpReplyReader {
    static final int MAX_LINE = 2048;
    static final int MAX_LINES = 100;

    private static final Pattern LINE = Pattern.compile("[2-5][0-5][0-9](?:[ -].*)?", Pattern.DOTALL);
    private static final int CODE = 3;

    /** Where bytes come from: the next one as 0 to 255, or -1 at the end. */
    interface Source {
        int next() throws IOException;
    }

    private SmtpReplyReader() {}

    /**
     * One reply, with all its lines.
     *
     * @throws EOFException if the bytes end before it does
     * @throws IOException if it is none, or longer than the limits
     */
    static SmtpReply read(Source source) throws IOException {
        List<String> texts = new ArrayList<>();
        while (texts.size() < MAX_LINES) {
            String line = line(source);
            if (!LINE.matcher(line).matches()) {
                throw new IOException("no SMTP reply: '" + line + "'");
            }
            boolean isBare = line.length() == CODE;
            texts.add(isBare ? "" : line.substring(CODE + 1));
            // "250-text" goes on; "250 text" and a bare "250" end the reply.
            if (isBare || line.charAt(CODE) == ' ') {
                return new SmtpReply(Integer.parseInt(line.substring(0, CODE)), String.join("\n", texts));
            }
        }
        throw new IOException("a reply of more than " + MAX_LINES + " lines");
    }

    private static String line(Source source) throws IOException {
        byte[] line = new byte[MAX_LINE];
        for (int length = 0; length < MAX_LINE; length++) {
            int next = source.next();
            if (next < 0) {
                throw new EOFException("the server hung up");
            }
            if (next == '\n') {
                return new String(line, 0, length, StandardCharsets.UTF_8).stripTrailing();
            }
            line[length] = (byte) next;
        }
        throw new IOException("a reply line of more than " + MAX_LINE + " bytes");
    }
}
