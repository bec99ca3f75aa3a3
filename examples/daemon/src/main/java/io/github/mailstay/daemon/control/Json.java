// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259): maps, collections, strings, numbers, booleans and null. Stateless. */
final class Json {
    private Json() {}

    static String of(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        write(text, value);
        return text.toString();
    }

    private static void write(StringBuilder text, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            String comma = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                text.append(comma);
                string(text, String.valueOf(entry.getKey()));
                text.append(':');
                write(text, entry.getValue());
                comma = ",";
            }
            text.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Collection<?> all) {
            String comma = "[";
            for (Object each : all) {
                text.append(comma);
                write(text, each);
                comma = ",";
            }
            text.append(all.isEmpty() ? "[]" : "]");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            string(text, value.toString());
        }
    }

    private static void string(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c == '\u007f' || c == '\u2028' || c == '\u2029') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
