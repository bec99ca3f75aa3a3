// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads log files that another process writes. Stateless. */
final class LogFile {
    /** The most that is read of a log, from its end: 4 MiB. */
    static final int LIMIT = 4 << 20;

    private LogFile() {}

    /** The text of a log, or the last {@link #LIMIT} bytes of it; {@code ""} if there is none. Never fails. */
    static String text(Path log) {
        if (!Files.isReadable(log)) {
            return "";
        }
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - LIMIT));
            byte[] bytes = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + log + " could not be read: " + e.getMessage() + ")";
        }
    }

    static List<String> lines(Path log) {
        return text(log).lines().toList();
    }
}
