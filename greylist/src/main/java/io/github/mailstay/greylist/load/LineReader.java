// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of a stream, one at a time, none longer than {@value #MAX_LINE} bytes in memory. Lines end with LF or CRLF.
 * Not thread-safe.
 */
final class LineReader implements AutoCloseable {
    static final int MAX_LINE = 8192;
    static final int BUFFER = 16_384;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private final byte[] line = new byte[MAX_LINE];
    private int position;
    private int limit;
    private long bytesRead;
    private long number;

    LineReader(InputStream in) {
        this.in = in;
    }

    /** The next line; empty at the end of the stream. */
    Optional<Line> next() throws IOException {
        int length = 0;
        boolean tooLong = false;
        boolean any = false;
        while (true) {
            if (position == limit && !fill()) {
                return any ? Optional.of(line(length, tooLong, false)) : Optional.empty();
            }
            any = true;
            byte b = buffer[position++];
            if (b == '\n') {
                return Optional.of(line(length, tooLong, true));
            } else if (length == MAX_LINE) {
                tooLong = true; // what is behind is passed over, and nothing of it kept
            } else {
                line[length++] = b;
            }
        }
    }

    private boolean fill() throws IOException {
        int count = in.read(buffer);
        position = 0;
        limit = Math.max(count, 0);
        bytesRead += limit;
        return count > 0;
    }

    private Line line(int length, boolean tooLong, boolean ended) {
        number++;
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new Line(number, Arrays.copyOf(line, end), tooLong, ended);
    }

    /** The number of the last line, from 1. */
    long number() {
        return number;
    }

    long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** The text of these bytes, if they are UTF-8. */
    static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** One line without its end. Immutable by custom: nobody writes into its bytes. */
    static final class Line {
        private final long number;
        private final byte[] bytes;
        private final boolean tooLong;
        private final boolean ended;

        private Line(long number, byte[] bytes, boolean tooLong, boolean ended) {
            this.number = number;
            this.bytes = bytes;
            this.tooLong = tooLong;
            this.ended = ended;
        }

        long number() {
            return number;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Whether it was longer than may be; then the bytes are its beginning. */
        boolean tooLong() {
            return tooLong;
        }

        /** Whether a line break ended it, not the end of the file. */
        boolean ended() {
            return ended;
        }

        /** Whether it is this ASCII text. */
        boolean is(String text) {
            return ascii().equals(text);
        }

        /** The bytes as Latin-1: ASCII for what is ASCII. */
        String ascii() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
