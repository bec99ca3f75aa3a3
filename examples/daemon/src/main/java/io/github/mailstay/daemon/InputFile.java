// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a person names for a command, or {@code -} for a pipe; on a terminal with a bar. Stateless. */
final class InputFile {
    private InputFile() {}

    /**
     * Opens it.
     *
     * @param withBar whether a bar would not be in the way of what the command prints
     */
    static InputStream open(String name, boolean withBar) throws StartException {
        try {
            boolean pipe = name.equals("-");
            InputStream in = pipe ? System.in : Files.newInputStream(Path.of(name));
            long total = pipe ? -1 : Files.size(Path.of(name));
            return withBar && ProgressBar.isTerminal(2) ? new ProgressBar(in, total, System.err, System::nanoTime) : in;
        } catch (IOException e) {
            throw new StartException(ExitCode.NOINPUT, "cannot read " + name + ": " + e);
        }
    }
}
