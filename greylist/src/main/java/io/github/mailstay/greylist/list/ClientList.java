// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.net.AddressRangeSet;
import io.github.mailstay.net.MailDomains;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Clients that are let through, by name or address, as postgrey's {@code whitelist_clients} writes them. Immutable and
 * thread-safe; names and networks cost hash lookups, expressions one search each.
 *
 * <p>One entry a line, {@code #} begins a comment:
 *
 * <ul>
 *   <li>{@code example.org}: this host and all below the domain;
 *   <li>{@code 192.0.2.1}, {@code 2001:db8::1}: an address; {@code 192.0.2.0/24}, {@code 2001:db8::/32}: a network, as
 *       in postgrey also with bits set behind the prefix;
 *   <li>{@code 192.0.2} or {@code 192.0.2.}: the /24; {@code 10.1} or {@code 10.1.}: the /16, which postgrey 1.37 takes
 *       for a /24 by mistake; {@code 10.}: the /8;
 *   <li>{@code /^mail\d+\.example\.org$/}: a Perl expression found in the name, case aside; one that reads a text more
 *       than 100,000 times while searching does not match.
 * </ul>
 *
 * <p>A file has at most 1 MiB, 100,000 lines and 1,000 characters a line. Entries postgrey silently never matches
 * ({@code .example.org}, {@code 10.1/16}) are mistakes.
 */
public final class ClientList {
    private static final String UNKNOWN = "unknown";

    private final HostNames names;
    private final AddressRangeSet ranges;
    private final List<ListPattern> patterns;

    private ClientList(Builder builder) {
        names = HostNames.of(builder.names);
        ranges = AddressRangeSet.of(builder.ranges);
        patterns = List.copyOf(builder.patterns);
    }

    /** An empty list to add to. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws ListFileException with all mistakes of the file
     * @throws IOException if it cannot be read
     */
    public static ClientList parse(Path file) throws IOException {
        Builder builder = builder();
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
    public static ClientList parse(String name, Reader reader) throws IOException {
        Builder builder = builder();
        ListLines.read(name, reader, builder::entry);
        return builder.build();
    }

    /**
     * Whether the client is in the list.
     *
     * @param clientName its verified name, as Postfix's {@code client_name} is (the name of the address leads back to
     *     it); {@code unknown} or empty if there is none, which matches no name and no expression
     */
    public boolean matches(InetAddress client, String clientName) {
        return ranges.contains(client) || matchesName(clientName);
    }

    /** How many entries there are; names and networks given twice count once. */
    public int size() {
        return names.size() + ranges.size() + patterns.size();
    }

    private boolean matchesName(String clientName) {
        if (clientName.isEmpty()
                || clientName.length() > MailDomains.MAX_LENGTH
                || clientName.equalsIgnoreCase(UNKNOWN)) {
            return false;
        }
        String name = MailDomains.canonical(clientName);
        return names.covers(name) || patterns.stream().anyMatch(pattern -> pattern.isFoundIn(name));
    }

    /** Collects the entries. Not thread-safe. */
    public static final class Builder {
        private final Set<String> names = new HashSet<>();
        private final Set<AddressRange> ranges = new HashSet<>();
        private final List<ListPattern> patterns = new ArrayList<>();

        private Builder() {}

        /**
         * A host or domain; all below it are meant, too.
         *
         * @throws IllegalArgumentException if it is no name
         */
        public Builder name(String name) {
            names.add(HostNames.checked(name));
            return this;
        }

        /** A network, or one address. */
        public Builder range(AddressRange range) {
            ranges.add(range);
            return this;
        }

        /**
         * A Perl regular expression, without slashes, found anywhere in the client's name, case aside.
         *
         * @throws IllegalArgumentException if Java does not understand it in the same way
         */
        public Builder pattern(String expression) {
            patterns.add(ListPattern.of(expression));
            return this;
        }

        /**
         * One entry as a line of the file has it.
         *
         * @throws IllegalArgumentException if it is none
         */
        public Builder entry(String entry) {
            if (entry.length() > 2 && entry.startsWith("/") && entry.endsWith("/")) {
                return pattern(entry.substring(1, entry.length() - 1));
            }
            return NetworkEntry.isNetwork(entry) ? range(NetworkEntry.parse(entry)) : name(entry);
        }

        /** The list. */
        public ClientList build() {
            return new ClientList(this);
        }
    }
}
