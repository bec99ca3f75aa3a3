// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import io.github.mailstay.net.MailDomains;
import java.util.Collection;
import java.util.Set;

/**
 * Domain names that stand for themselves and all their subdomains. Immutable. A question costs one hash lookup a label,
 * however many names there are.
 */
final class HostNames {
    private final Set<String> names;

    private HostNames(Set<String> names) {
        this.names = names;
    }

    /** A set of names that went through {@link #checked}. */
    static HostNames of(Collection<String> names) {
        return new HostNames(Set.copyOf(names));
    }

    /**
     * The name as it is compared: {@link MailDomains#canonical}.
     *
     * @throws IllegalArgumentException if it cannot be a host's name
     */
    static String checked(String name) {
        if (name.startsWith(".") || name.startsWith("*")) {
            throw new IllegalArgumentException(
                    "'" + name + "' matches nothing: write the domain alone, its subdomains are meant, too");
        }
        String canonical = MailDomains.canonical(name);
        if (canonical.isEmpty() || canonical.length() > MailDomains.MAX_LENGTH || !hasNameCharacters(canonical)) {
            throw new IllegalArgumentException("'" + name + "' is no host or domain name");
        }
        if (isNumber(canonical.substring(canonical.lastIndexOf('.') + 1))) {
            throw new IllegalArgumentException("'" + name + "' is neither a name nor an address or network; those are"
                    + " written 192.0.2.1, 192.0.2 or 192.0.2.0/24");
        }
        return canonical;
    }

    /** Whether this name or a domain above it is in the set; the name in {@link MailDomains#canonical} form. */
    boolean covers(String canonicalName) {
        String name = canonicalName;
        while (true) {
            if (names.contains(name)) {
                return true;
            }
            int dot = name.indexOf('.');
            if (dot < 0 || name.length() > MailDomains.MAX_LENGTH) {
                return false;
            }
            name = name.substring(dot + 1);
        }
    }

    int size() {
        return names.size();
    }

    private static boolean hasNameCharacters(String name) {
        return !name.contains("..")
                && name.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_'
                                || c == '.'
                                || (c >= 0x80 && Character.isLetterOrDigit(c)));
    }

    private static boolean isNumber(String label) {
        return label.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
