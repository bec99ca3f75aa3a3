// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The entries of a list file in postgrey's way: one a line, what follows {@code #} is a comment, blank lines and blanks
 * around an entry do not count. Stateless.
 */
final class ListLines {
    static final int MAX_SIZE = 1 << 20;
    static final int MAX_LINES = 100_000;
    static final int MAX_LINE = 1_000;
    static final int MAX_MISTAKES = 100;

    private static final char BYTE_ORDER_MARK = '\ufeff';
    private static final char REPLACEMENT = '\ufffd';

    private ListLines() {}

    /** Gives each entry of the file to {@code entries}; comments need not be UTF-8. */
    static void read(Path file, Consumer<String> entries) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_SIZE + 1);
        }
        if (content.length > MAX_SIZE) {
            throw tooLong(file.toString(), 1);
        }
        read(file.toString(), new StringReader(new String(content, StandardCharsets.UTF_8)), entries);
    }

    /**
     * Gives each entry to {@code entries}, which throws an IllegalArgumentException on a mistake.
     *
     * @throws ListFileException with all mistakes, at most {@value #MAX_MISTAKES}
     */
    static void read(String name, Reader reader, Consumer<String> entries) throws IOException {
        List<ListMistake> mistakes = new ArrayList<>();
        int number = 0;
        for (String line : lines(name, reader)) {
            number++;
            String entry = withoutComment(line);
            if (entry.isEmpty()) {
                continue;
            }
            try {
                check(line, entry);
                entries.accept(entry);
            } catch (IllegalArgumentException wrong) {
                mistakes.add(new ListMistake(name, number, String.valueOf(wrong.getMessage())));
                if (mistakes.size() == MAX_MISTAKES) {
                    mistakes.add(new ListMistake(name, number, "too many mistakes; the lines behind were not read"));
                    break;
                }
            }
        }
        if (!mistakes.isEmpty()) {
            throw new ListFileException(mistakes);
        }
    }

    private static List<String> lines(String name, Reader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        char[] buffer = new char[8192];
        int total = 0;
        for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
            total += count;
            for (int i = 0; i < count; i++) {
                char c = buffer[i];
                if (c == '\n') {
                    lines.add(line.toString());
                    line.setLength(0);
                } else if (line.length() <= MAX_LINE) {
                    // What is too long stays too long, without being kept; a byte order mark is no text.
                    line.append(c == BYTE_ORDER_MARK && lines.isEmpty() && line.length() == 0 ? ' ' : c);
                }
            }
            if (total > MAX_SIZE || lines.size() > MAX_LINES) {
                throw tooLong(name, lines.size() + 1);
            }
        }
        lines.add(line.toString());
        return lines;
    }

    private static ListFileException tooLong(String name, int line) {
        return new ListFileException(List.of(new ListMistake(
                name, line, "the list is larger than 1 MiB, or has more than " + MAX_LINES + " lines")));
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf('#');
        return (comment < 0 ? line : line.substring(0, comment)).strip();
    }

    private static void check(String line, String entry) {
        if (line.length() > MAX_LINE) {
            throw new IllegalArgumentException("the line is longer than " + MAX_LINE + " characters");
        }
        if (entry.indexOf(REPLACEMENT) >= 0) {
            throw new IllegalArgumentException("the line is not UTF-8");
        }
        if (entry.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
            throw new IllegalArgumentException(
                    "'" + printable(entry) + "' is not one entry: it has a blank or a control" + " character in it");
        }
    }

    private static String printable(String entry) {
        StringBuilder text = new StringBuilder();
        entry.chars().forEach(c -> text.append(Character.isISOControl(c) ? '?' : (char) c));
        return text.toString();
    }
}
