// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.Cursor;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a listing has come: which server, and where in its SCAN. Immutable.
 *
 * <p>A cursor of SCAN means something to the server process that gave it, and to no other: each orders its keys by a
 * secret of its own. Hence the marks, by which a listing notices that a server was restarted or replaced.
 *
 * @param node the server's number among those that hold keys
 * @param topology the mark of which servers these are, 8 hexadecimal digits
 * @param process the mark of the server process, likewise; any at the beginning of a server
 * @param cursor what SCAN gave, {@code 0} at the beginning of a server
 */
record Place(int node, String topology, String process, String cursor) {
    static final String BEGIN = "0";

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,4})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9]{1,20})");

    /** The beginning of a server. */
    static Place begin(int node, String topology) {
        return new Place(node, topology, mark(""), BEGIN);
    }

    /**
     * What {@link #toCursor} wrote.
     *
     * @throws IllegalArgumentException if it is none of that
     */
    static Place parse(Cursor cursor) {
        Matcher text = TEXT.matcher(cursor.text());
        if (!text.matches()) {
            throw new IllegalArgumentException("the cursor is not from this kind of store");
        }
        return new Place(Integer.parseInt(text.group(1)), text.group(2), text.group(3), text.group(4));
    }

    Cursor toCursor() {
        return new Cursor(node + "-" + topology + "-" + process + "-" + cursor);
    }

    boolean isBegin() {
        return cursor.equals(BEGIN);
    }

    /** The mark of these servers. */
    static String topology(List<Link.Node> nodes) {
        return mark(String.join("|", nodes.stream().map(Link.Node::id).toList()));
    }

    /** Eight digits that differ where the text differs, but for one case in four billion. */
    static String mark(String text) {
        return "%08x".formatted(text.hashCode());
    }
}
