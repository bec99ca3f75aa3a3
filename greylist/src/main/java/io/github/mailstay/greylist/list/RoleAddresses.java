// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import io.github.mailstay.net.LocalParts;
import io.github.mailstay.net.MailAddress;
import java.util.Locale;
import java.util.Set;

/**
 * The mailboxes through which a site is told that something is wrong with its mail: {@code postmaster} (RFC 5321 section
 * 4.5.1, also without a domain) and {@code abuse} (RFC 2142). Stateless.
 */
public final class RoleAddresses {
    private static final Set<String> ROLES = Set.of("postmaster", "abuse");

    private RoleAddresses() {}

    /** Whether the recipient is one of them, in any domain, case, quotes and an extension ({@code +...}) aside. */
    public static boolean isRole(MailAddress recipient) {
        String local = LocalParts.canonical(recipient.localPart());
        int plus = local.indexOf('+');
        return ROLES.contains((plus < 0 ? local : local.substring(0, plus)).toLowerCase(Locale.ROOT));
    }
}
