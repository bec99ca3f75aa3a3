// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import com.google.common.net.InternetDomainName;
import java.util.Optional;

/**
 * The part of a domain name that somebody has registered: one label below a public suffix, as Guava's copy of the Public
 * Suffix List has it, the private suffixes included ({@code a.example.co.uk} gives {@code example.co.uk}). Stateless.
 */
final class RegistrableDomain {
    private RegistrableDomain() {}

    /** Empty if the name is none, is a public suffix itself, or lies below none. */
    static Optional<String> of(String name) {
        if (!InternetDomainName.isValid(name)) {
            return Optional.empty();
        }
        InternetDomainName domain = InternetDomainName.from(name);
        return domain.isUnderPublicSuffix() && domain.hasPublicSuffix()
                ? Optional.of(domain.topPrivateDomain().toString())
                : Optional.empty();
    }
}
