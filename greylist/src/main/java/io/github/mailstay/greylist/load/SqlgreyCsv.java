// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import com.google.common.collect.ImmutableList;
import io.github.mailstay.greylist.load.LineReader.Line;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A reader of sqlgrey's tables as comma-separated values (RFC 4180, each record on one line), whose first line names the
 * columns, in any order; other columns are passed over. Not thread-safe; one line in memory, of 8 KiB at most.
 *
 * <p>Clients are whole addresses, or the first three numbers of an IPv4 address, or the first four groups of an IPv6 one.
 * Times are {@code YYYY-MM-DD HH:MM:SS}, with an offset or of {@link LoadSettings.Builder#sourceZone}, or seconds since
 * 1970, as sqlgrey has them in SQLite.
 *
 * <p>A row of {@code connect} becomes a triplet that waits. The two allow lists know no recipient, so a row of theirs
 * becomes full trust of its client, as if an operator had allowed it: whatever it sends to whom. What is lost: sqlgrey
 * keeps lower case, so a recipient with capitals waits once more.
 */
public final class SqlgreyCsv implements LoadedReader {
    /** The tables that are read. */
    public enum Table {
        /** Who waits. */
        CONNECT(ImmutableList.of("sender_name", "sender_domain", "src", "rcpt", "first_seen")),
        /** Senders that have passed, by client. */
        FROM_AWL(ImmutableList.of("sender_name", "sender_domain", "src", "first_seen", "last_seen")),
        /** Domains that have passed, by client. */
        DOMAIN_AWL(ImmutableList.of("sender_domain", "src", "first_seen", "last_seen"));

        private final ImmutableList<String> columns;

        Table(ImmutableList<String> columns) {
            this.columns = columns;
        }
    }

    private final String file;
    private final long bytesTotal;
    private final LineReader lines;
    private final Table table;
    private final SqlgreyRow rows;
    private final Map<String, Integer> columns = new HashMap<>();
    private int width;
    private long line;

    private SqlgreyCsv(String file, InputStream in, long bytesTotal, Table table, LoadSettings settings) {
        this.file = file;
        this.bytesTotal = bytesTotal;
        this.table = table;
        lines = new LineReader(in);
        rows = new SqlgreyRow(settings);
    }

    /** The rows of one table. */
    public static SqlgreyCsv open(Path file, Table table, LoadSettings settings) throws IOException {
        return new SqlgreyCsv(file.toString(), Files.newInputStream(file), Files.size(file), table, settings);
    }

    /** The rows of one table that are read from a stream, which is closed with this. */
    public static SqlgreyCsv open(String name, InputStream in, Table table, LoadSettings settings) {
        return new SqlgreyCsv(name, in, -1, table, settings);
    }

    @Override
    public Optional<Loaded> next() throws IOException {
        if (width == 0) {
            readHeader();
        }
        Optional<Line> next = lines.next();
        while (next.isPresent() && next.get().bytes().length == 0) {
            next = lines.next();
        }
        line = lines.number();
        return next.map(this::loaded);
    }

    private void readHeader() throws IOException {
        Line header = lines.next()
                .orElseThrow(() -> new LoadFormatException(file, 1, "is empty; the first line names columns"));
        String text = LineReader.utf8(header.bytes()).orElse("");
        List<String> names;
        try {
            names = CsvLine.fields(text.startsWith("\ufeff") ? text.substring(1) : text);
        } catch (IllegalArgumentException why) {
            throw new LoadFormatException(file, 1, String.valueOf(why.getMessage()));
        }
        for (int i = 0; i < names.size(); i++) {
            columns.put(names.get(i).strip().toLowerCase(Locale.ROOT), i);
        }
        for (String column : table.columns) {
            if (!columns.containsKey(column)) {
                throw new LoadFormatException(file, 1, "names no column " + column);
            }
        }
        width = names.size();
    }

    private Loaded loaded(Line row) {
        if (row.tooLong()) {
            return skipped("is longer than " + LineReader.MAX_LINE + " bytes");
        }
        Optional<String> text = LineReader.utf8(row.bytes());
        if (text.isEmpty()) {
            return skipped("is no UTF-8");
        }
        try {
            List<String> fields = CsvLine.fields(text.get());
            if (fields.size() != width) {
                return skipped("has " + fields.size() + " fields, not " + width);
            }
            Map<String, String> values = new HashMap<>();
            table.columns.forEach(column -> values.put(column, fields.get(columns.getOrDefault(column, 0))));
            return table == Table.CONNECT ? rows.waiting(values) : rows.trusted(values);
        } catch (IllegalArgumentException why) {
            return skipped(String.valueOf(why.getMessage()));
        }
    }

    private Loaded.Skipped skipped(String why) {
        return new Loaded.Skipped(file, line, why);
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
