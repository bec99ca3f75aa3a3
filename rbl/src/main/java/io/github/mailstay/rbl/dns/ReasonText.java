// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes one harmless line of the TXT records of a name, whatever is in them: it may go into a log or a reply to a client.
 * Pure; total.
 */
final class ReasonText {
    /** In octets of UTF-8; with a code and a few words it still fits in the 512 of a reply line (RFC 5321 4.5.3.1.5). */
    static final int MAX_OCTETS = 400;

    private static final String BETWEEN = " / ";

    private ReasonText() {}

    /**
     * The texts of all records, " / " between them; empty if there is nothing to read.
     *
     * @param records each a list of character-strings, which are joined as they are (RFC 7208 section 3.3, for want of
     *     anything on lists): one may end within a character that the next one completes
     */
    static Optional<String> of(List<List<byte[]>> records) {
        String joined = records.stream()
                .map(ReasonText::decode)
                .map(ReasonText::oneLine)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(BETWEEN));
        String text = cut(joined);
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** What is no UTF-8 is left out. */
    private static String decode(List<byte[]> strings) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        strings.forEach(octets::writeBytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.IGNORE)
                    .onUnmappableCharacter(CodingErrorAction.IGNORE)
                    .decode(ByteBuffer.wrap(octets.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("errors are ignored", e);
        }
    }

    /** One blank for each run of characters that do not show; none at the ends. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (shows(c)) {
                line.appendCodePoint(c);
            } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                line.append(' ');
            }
        });
        return line.toString().stripTrailing();
    }

    private static boolean shows(int c) {
        return switch (Character.getType(c)) {
            // Controls (C0, DEL, C1); what ends lines; blanks of all widths; and, as "format", bidi controls, which
            // turn
            // what follows around, zero-width blanks and the like, which hide something.
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR,
                    Character.FORMAT -> false;
            default -> true;
        };
    }

    private static String cut(String text) {
        int octets = 0;
        int end = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            octets += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (octets > MAX_OCTETS) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end).stripTrailing();
    }
}
