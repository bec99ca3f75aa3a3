// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A stream that draws on a terminal how far it was read, a few times a second: a bar if its length is known, else bytes.
 * Not thread-safe.
 */
final class ProgressBar extends FilterInputStream {
    private static final int WIDTH = 40;
    private static final long NANOS = 200_000_000;

    private final long total;
    private final PrintStream terminal;
    private final LongSupplier nanoTime;
    private final long begun;
    private long read;
    private long drawn;

    /** With the length, -1 if unknown. */
    ProgressBar(InputStream in, long total, PrintStream terminal, LongSupplier nanoTime) {
        super(in);
        this.total = total;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        begun = nanoTime.getAsLong();
        drawn = begun;
    }

    /** Whether a file descriptor is a terminal: 1 for standard output, 2 for standard error. */
    static boolean isTerminal(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // no /proc: no bar
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        int got = super.read(buffer, from, length);
        read += Math.max(got, 0);
        long now = nanoTime.getAsLong();
        if (now - drawn >= NANOS || (got < 0 && now - begun >= NANOS)) {
            drawn = now;
            draw(now);
        }
        return got;
    }

    private void draw(long now) {
        double mebibytes = read / 1048576.0;
        double seconds = (now - begun) / 1e9;
        String rate = String.format(Locale.ROOT, "%.1f MiB, %.1f MiB/s", mebibytes, mebibytes / seconds);
        if (total <= 0) {
            terminal.print("\r" + rate + "   ");
        } else {
            int percent = (int) Math.min(100, read * 100 / total);
            int full = percent * WIDTH / 100;
            terminal.print("\r[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] "
                    + String.format(Locale.ROOT, "%3d %%  ", percent) + rate + "   ");
        }
        terminal.flush();
    }

    /** Takes the bar away, and closes. */
    @Override
    public void close() throws IOException {
        if (drawn != begun) {
            terminal.print("\r" + " ".repeat(79) + "\r");
            terminal.flush();
        }
        super.close();
    }
}
