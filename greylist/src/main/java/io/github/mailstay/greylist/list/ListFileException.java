// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** A list that cannot be used: its mistakes, not only the first, one a line. */
public final class ListFileException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<ListMistake> mistakes;

    /** At least one mistake. */
    public ListFileException(List<ListMistake> mistakes) {
        super(mistakes.stream().map(ListMistake::toString).collect(Collectors.joining("\n")));
        this.mistakes = List.copyOf(mistakes);
    }

    /** The mistakes, in the order of the lines. */
    public List<ListMistake> mistakes() {
        return mistakes;
    }
}
