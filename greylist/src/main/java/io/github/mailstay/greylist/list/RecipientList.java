// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/** Recipients whose mail is never delayed, as postgrey's {@code whitelist_recipients} writes them. Syntax and limits: {@link AddressList}. */
public final class RecipientList extends AddressList {
    private RecipientList(Builder<RecipientList> builder) {
        super(builder);
    }

    /** An empty list to add to. */
    public static Builder<RecipientList> builder() {
        return new Builder<>(RecipientList::new);
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws ListFileException with all mistakes of the file
     * @throws IOException if it cannot be read
     */
    public static RecipientList parse(Path file) throws IOException {
        Builder<RecipientList> builder = builder();
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
    public static RecipientList parse(String name, Reader reader) throws IOException {
        Builder<RecipientList> builder = builder();
        ListLines.read(name, reader, builder::entry);
        return builder.build();
    }
}
