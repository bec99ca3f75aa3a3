// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.load.LineReader.Line;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A reader of postgrey's databases as {@code db_dump} writes them: {@code postgrey.db}, the triplets, and
 * {@code postgrey_clients.db}, the clients it has come to trust. Both forms are read, with {@code -p} and without; of a
 * file with several databases all are. Not thread-safe; one line in memory, of 8 KiB at most.
 *
 * <p>A triplet has passed if it was seen last at least {@linkplain LoadSettings.Builder#sourceDelay the delay} after it
 * was seen first; else it waits, and goes on waiting. A client's passes come to those of its network, the most of any of
 * its addresses.
 *
 * <p>What is lost: postgrey keeps addresses in lower case, so a recipient with capitals waits once more. It has replaced
 * whole numbers in every sender by {@code #}, cut {@code +...} off and taken BATV signatures away. {@link
 * io.github.mailstay.greylist.Normaliser} does the last two alike, but leaves the numbers of people's addresses
 * ({@code john.42@example.org}): such a sender waits once more, and so does one whose bounce address it reads in another
 * way once the numbers are gone. Keys that compare senders unchanged (no normaliser is set) find none of those that
 * postgrey has changed. What is never found costs nothing but its room until it expires. What was hashed with
 * {@code --privacy} cannot be taken over: each is skipped.
 */
public final class PostgreyDump implements LoadedReader {
    private static final int MAX_HEADER = 100;

    private interface Kind {
        Loaded of(String key, String value);
    }

    private enum State {
        BEFORE,
        DATA,
        UNUSABLE,
        ENDED
    }

    private final String file;
    private final long bytesTotal;
    private final LineReader lines;
    private final Kind kind;
    private State state = State.BEFORE;
    private boolean first = true;
    private DumpForm form = DumpForm.BYTEVALUE;
    private long line;

    private PostgreyDump(String file, InputStream in, long bytesTotal, Kind kind) {
        this.file = file;
        this.bytesTotal = bytesTotal;
        this.kind = kind;
        lines = new LineReader(in);
    }

    /** The triplets of a dump of {@code postgrey.db}. */
    public static PostgreyDump triplets(Path file, LoadSettings settings) throws IOException {
        return new PostgreyDump(
                file.toString(), Files.newInputStream(file), Files.size(file), new PostgreyRecord(settings)::triplet);
    }

    /** The triplets of a dump that is read from a stream, which is closed with this. */
    public static PostgreyDump triplets(String name, InputStream in, LoadSettings settings) {
        return new PostgreyDump(name, in, -1, new PostgreyRecord(settings)::triplet);
    }

    /** The clients of a dump of {@code postgrey_clients.db}. */
    public static PostgreyDump clients(Path file, LoadSettings settings) throws IOException {
        return new PostgreyDump(
                file.toString(), Files.newInputStream(file), Files.size(file), new PostgreyRecord(settings)::client);
    }

    /** The clients of a dump that is read from a stream, which is closed with this. */
    public static PostgreyDump clients(String name, InputStream in, LoadSettings settings) {
        return new PostgreyDump(name, in, -1, new PostgreyRecord(settings)::client);
    }

    @Override
    public Optional<Loaded> next() throws IOException {
        while (state != State.ENDED) {
            Optional<Line> next = lines.next();
            line = next.map(Line::number).orElse(lines.number());
            if (next.isEmpty()) {
                return atEnd();
            }
            Optional<Loaded> loaded = state == State.BEFORE ? before(next.get()) : data(next.get());
            if (loaded.isPresent()) {
                return loaded;
            }
        }
        return Optional.empty();
    }

    private Optional<Loaded> atEnd() throws LoadFormatException {
        boolean cut = state == State.DATA;
        state = State.ENDED;
        if (first) {
            throw new LoadFormatException(file, Math.max(line, 1), "is empty; db_dump writes VERSION=3 first");
        }
        return cut ? skipped("the dump ends before DATA=END: it was cut off") : Optional.empty();
    }

    /** Between databases. */
    private Optional<Loaded> before(Line found) throws IOException {
        if (!found.is("VERSION=3")) {
            return wrongHeader("is no db_dump, which begins with VERSION=3");
        }
        String type = "";
        String format = "";
        for (int i = 0; i < MAX_HEADER; i++) {
            Optional<Line> next = lines.next();
            String text = next.filter(Line::ended).map(Line::ascii).orElse("");
            if (text.equals("HEADER=END")) {
                return begin(type, format);
            } else if (text.startsWith("type=")) {
                type = text.substring("type=".length());
            } else if (text.startsWith("format=")) {
                format = text.substring("format=".length());
            } else if (text.indexOf('=') < 1) {
                break;
            }
        }
        return wrongHeader("is no header of a db_dump: HEADER=END is missing");
    }

    private Optional<Loaded> begin(String type, String format) throws LoadFormatException {
        if (!type.equals("btree")) {
            return wrongHeader("the database is no btree, as all of postgrey's are");
        }
        if (!format.equals("bytevalue") && !format.equals("print")) {
            return wrongHeader("the format of the dump is neither bytevalue nor print");
        }
        form = format.equals("print") ? DumpForm.PRINT : DumpForm.BYTEVALUE;
        state = State.DATA;
        first = false;
        return Optional.empty();
    }

    /** Fatal at the beginning of the file; later what was read is good, and this database is passed over. */
    private Optional<Loaded> wrongHeader(String why) throws LoadFormatException {
        if (first) {
            state = State.ENDED;
            throw new LoadFormatException(file, Math.max(lines.number(), 1), why);
        }
        state = State.UNUSABLE;
        return skipped(why);
    }

    private Optional<Loaded> data(Line key) throws IOException {
        if (key.is("DATA=END")) {
            state = State.BEFORE;
            return Optional.empty();
        } else if (state == State.UNUSABLE) {
            return key.is("VERSION=3") ? before(key) : Optional.empty();
        } else if (!key.ended()) {
            return atEnd();
        } else if (!isData(key)) {
            return skipped("is neither a record nor DATA=END");
        }
        Optional<Line> value = lines.next();
        if (value.isEmpty() || !value.get().ended()) {
            return atEnd();
        } else if (!isData(value.get())) {
            state = value.get().is("DATA=END") ? State.BEFORE : state;
            return skipped("is a key without a value");
        } else if (key.tooLong() || value.get().tooLong()) {
            return skipped("is longer than " + LineReader.MAX_LINE + " bytes");
        }
        return record(key, value.get());
    }

    private Optional<Loaded> record(Line key, Line value) {
        Optional<String> keyText = form.decode(key.bytes()).flatMap(LineReader::utf8);
        Optional<String> valueText = form.decode(value.bytes()).flatMap(LineReader::utf8);
        if (keyText.isEmpty() || valueText.isEmpty()) {
            return skipped("is malformed, or no UTF-8");
        }
        try {
            return Optional.of(kind.of(keyText.get(), valueText.get()));
        } catch (IllegalArgumentException why) {
            return skipped(String.valueOf(why.getMessage()));
        }
    }

    private static boolean isData(Line line) {
        return line.bytes().length > 0 && line.bytes()[0] == ' ';
    }

    private Optional<Loaded> skipped(String why) {
        return Optional.of(new Loaded.Skipped(file, line, why));
    }

    @Override
    public String file() {
        return file;
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public long bytesRead() {
        return lines.bytesRead();
    }

    @Override
    public long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
