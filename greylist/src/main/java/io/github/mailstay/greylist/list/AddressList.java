// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import io.github.mailstay.net.LocalParts;
import io.github.mailstay.net.MailAddress;
import io.github.mailstay.net.MailDomains;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * Mail addresses, as postgrey's {@code whitelist_recipients} writes them. Immutable and thread-safe; addresses and
 * domains cost hash lookups, expressions one search each.
 *
 * <p>One entry a line, {@code #} begins a comment, case does not count anywhere:
 *
 * <ul>
 *   <li>{@code ann@example.org}: this address, and with an extension ({@code ann+news@example.org});
 *   <li>{@code ann@}: this local part, and with an extension, in any domain, or none;
 *   <li>{@code example.org}: all addresses in the domain and those below it;
 *   <li>{@code /^info@/}: a Perl expression found in the whole address; one that reads a text more than 100,000 times
 *       while searching does not match, nor does any find something in an address of more than 255 characters.
 * </ul>
 *
 * <p>A file has at most 1 MiB, 100,000 lines and 1,000 characters a line.
 */
public abstract sealed class AddressList permits RecipientList, SenderList {
    private final Set<MailAddress> addresses;
    private final Set<String> localParts;
    private final HostNames domains;
    private final List<ListPattern> patterns;

    AddressList(Builder<?> builder) {
        addresses = Set.copyOf(builder.addresses);
        localParts = Set.copyOf(builder.localParts);
        domains = HostNames.of(builder.domains);
        patterns = List.copyOf(builder.patterns);
    }

    /** Whether the address is in the list; the null sender never is. */
    public boolean matches(MailAddress address) {
        if (address.isNullSender()) {
            return false;
        }
        String local = compared(address.localPart());
        String domain = MailDomains.canonical(address.domain());
        if (domains.covers(domain) || matchesUser(local, domain)) {
            return true;
        }
        String text = domain.isEmpty() ? local : local + "@" + domain;
        return patterns.stream().anyMatch(pattern -> pattern.isFoundIn(text));
    }

    /** How many entries there are; all but expressions count once if given twice. */
    public int size() {
        return addresses.size() + localParts.size() + domains.size() + patterns.size();
    }

    /** Tries the local part as it is, and without the extension, wherever that begins. */
    private boolean matchesUser(String local, String domain) {
        String user = local;
        while (!user.isEmpty()) {
            if (localParts.contains(user) || addresses.contains(MailAddress.of(user + "@" + domain))) {
                return true;
            }
            int plus = user.length() > ListPattern.MAX_TEXT ? -1 : user.lastIndexOf('+');
            user = plus < 0 ? "" : user.substring(0, plus);
        }
        return false;
    }

    private static String compared(String localPart) {
        return LocalParts.canonical(localPart).toLowerCase(Locale.ROOT);
    }

    /**
     * Collects the entries. Not thread-safe.
     *
     * @param <L> the list it builds
     */
    public static final class Builder<L extends AddressList> {
        private final Set<MailAddress> addresses = new HashSet<>();
        private final Set<String> localParts = new HashSet<>();
        private final Set<String> domains = new HashSet<>();
        private final List<ListPattern> patterns = new ArrayList<>();
        private final Function<Builder<L>, L> maker;

        Builder(Function<Builder<L>, L> maker) {
            this.maker = maker;
        }

        /**
         * One address, with and without an extension.
         *
         * @throws IllegalArgumentException if it has no local part or no domain
         */
        public Builder<L> address(MailAddress address) {
            if (address.localPart().isEmpty() || address.domain().isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + address + "' is no address, which has a local part and a domain");
            }
            addresses.add(
                    MailAddress.of(compared(address.localPart()) + "@" + MailDomains.canonical(address.domain())));
            return this;
        }

        /**
         * A local part in any domain, with and without an extension.
         *
         * @throws IllegalArgumentException if it is empty
         */
        public Builder<L> localPart(String localPart) {
            if (localPart.isEmpty()) {
                throw new IllegalArgumentException("'@' has neither a local part nor a domain");
            }
            localParts.add(compared(localPart));
            return this;
        }

        /**
         * A domain with all below it.
         *
         * @throws IllegalArgumentException if it is no domain's name
         */
        public Builder<L> domain(String domain) {
            domains.add(HostNames.checked(domain));
            return this;
        }

        /**
         * A Perl regular expression, without slashes, found anywhere in the address, case aside.
         *
         * @throws IllegalArgumentException if Java does not understand it in the same way
         */
        public Builder<L> pattern(String expression) {
            patterns.add(ListPattern.of(expression));
            return this;
        }

        /**
         * One entry as a line of the file has it.
         *
         * @throws IllegalArgumentException if it is none
         */
        public Builder<L> entry(String entry) {
            if (entry.length() > 2 && entry.startsWith("/") && entry.endsWith("/")) {
                return pattern(entry.substring(1, entry.length() - 1));
            }
            int at = entry.lastIndexOf('@');
            if (at < 0) {
                return domain(entry);
            }
            if (at == 0 && entry.length() > 1) {
                throw new IllegalArgumentException("'" + entry + "' matches nothing: write the domain without @");
            }
            return at == entry.length() - 1 ? localPart(entry.substring(0, at)) : address(MailAddress.of(entry));
        }

        /** The list. */
        public L build() {
            return maker.apply(this);
        }
    }
}
