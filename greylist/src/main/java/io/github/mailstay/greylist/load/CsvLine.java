// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of comma-separated values as RFC 4180 writes them. A line break within quotes, which the RFC allows, is not
 * read: no address holds one, and a quote that is never closed would take the lines behind it along. Stateless.
 */
final class CsvLine {
    private CsvLine() {}

    /**
     * The fields, quotes taken off.
     *
     * @throws IllegalArgumentException if the quotes are wrong
     */
    static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        int start = 0;
        while (true) {
            StringBuilder field = new StringBuilder();
            int end = start < line.length() && line.charAt(start) == '"'
                    ? quoted(line, start + 1, field)
                    : plain(line, start, field);
            fields.add(field.toString());
            if (end == line.length()) {
                return fields;
            }
            start = end + 1;
        }
    }

    /** Where the field ends that begins here. */
    private static int plain(String line, int start, StringBuilder field) {
        int comma = line.indexOf(',', start);
        int end = comma < 0 ? line.length() : comma;
        field.append(line, start, end);
        if (field.indexOf("\"") >= 0) {
            throw new IllegalArgumentException("has a quote within a field that is not quoted");
        }
        return end;
    }

    private static int quoted(String line, int start, StringBuilder field) {
        for (int i = start; i < line.length(); i++) {
            if (line.charAt(i) != '"') {
                field.append(line.charAt(i));
            } else if (i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append('"');
                i++;
            } else if (i + 1 == line.length() || line.charAt(i + 1) == ',') {
                return i + 1;
            } else {
                throw new IllegalArgumentException("has text behind a quoted field");
            }
        }
        throw new IllegalArgumentException("has a quote that is not closed on its line");
    }
}
