// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/** Senders whose mail is never delayed, in the syntax of the list of recipients. A sender is easily forged: prefer clients. Syntax and limits: {@link AddressList}. */
public final class SenderList extends AddressList {
    private SenderList(Builder<SenderList> builder) {
        super(builder);
    }

    /** An empty list to add to. */
    public static Builder<SenderList> builder() {
        return new Builder<>(SenderList::new);
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws ListFileException with all mistakes of the file
     * @throws IOException if it cannot be read
     */
    public static SenderList parse(Path file) throws IOException {
        Builder<SenderList> builder = builder();
        ListLines.read(file, builder::entry);
        return builder.build();
    }

    /**
     * Reads a list; the reader stays open.
     *
     * @param name what mistakes call it
     * @throws ListFileException with all its mistakes
     * @throws IOException if it cannot be read
     */
    public static SenderList parse(String name, Reader reader) throws IOException {
        Builder<SenderList> builder = builder();
        ListLines.read(name, reader, builder::entry);
        return builder.build();
    }
}
