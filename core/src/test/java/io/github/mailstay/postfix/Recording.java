// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a recorded conversation: what Postfix sent, byte for byte (resources/postfix/README.md). */
final class Recording {
    private static final Pattern LINE = Pattern.compile("\\[\\d+] \\+[0-9.]+s C> (.*)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");

    private Recording() {}

    static byte[] clientBytes(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (InputStream in = Recording.class.getResourceAsStream("/postfix/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no recording " + name);
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                Matcher sent = LINE.matcher(line);
                if (sent.matches()) {
                    bytes.writeBytes(unescape(sent.group(1)).getBytes(StandardCharsets.ISO_8859_1));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String unescape(String text) {
        return ESCAPE.matcher(text).replaceAll(found -> {
            String escape = found.group(1);
            String plain = switch (escape.charAt(0)) {
                case 'n' -> "\n";
                case 'r' -> "\r";
                case 't' -> "\t";
                case 'x' -> "" + (char) Integer.parseInt(escape.substring(1), 16);
                default -> escape;
            };
            return Matcher.quoteReplacement(plain);
        });
    }
}
