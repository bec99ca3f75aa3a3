// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import java.io.IOException;
import java.util.Optional;

/**
 * A pull reader of what another greylist remembers. It holds a record at a time, never the file. Not thread-safe; whoever
 * opened it closes it.
 */
public interface LoadedReader extends AutoCloseable {
    /**
     * The next of them; empty at the end. What is malformed is {@link Loaded.Skipped}, and reading goes on behind it.
     *
     * @throws LoadFormatException if the file is not of this format at all
     * @throws IOException if it cannot be read
     */
    Optional<Loaded> next() throws IOException;

    /** The name of the file, for messages. */
    String file();

    /** The line at which the last of them began, from 1; 0 before the first. */
    long line();

    /** How many bytes were taken in. */
    long bytesRead();

    /** How many bytes there are; -1 if that is not known. */
    long bytesTotal();

    /** Closes the file. Idempotent. */
    @Override
    void close() throws IOException;
}
