// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import java.util.Locale;
import java.util.Objects;

/**
 * An envelope address as the mail server gives it: local part and domain, or the null sender {@code <>} of bounces and
 * callbacks. Immutable. Any text is an address here; Postfix has already checked its syntax.
 *
 * <p>Equality follows RFC 5321 section 2.4: the domain is compared without case, the local part with it.
 */
public final class MailAddress {
    /** The null sender of RFC 5321 section 4.5.5. It has neither local part nor domain and equals only itself. */
    public static final MailAddress NULL_SENDER = new MailAddress("", "", true);

    private final String localPart;
    private final String domain;
    private final boolean nullSender;

    private MailAddress(String localPart, String domain, boolean nullSender) {
        this.localPart = localPart;
        this.domain = domain;
        this.nullSender = nullSender;
    }

    /**
     * The address in Postfix's attribute form: no angle brackets, empty for the null sender. The last {@code @} divides
     * it, since a quoted local part may hold others. Without one the domain is empty, as for {@code postmaster}.
     */
    public static MailAddress of(String text) {
        if (text.isEmpty() || text.equals("<>")) {
            return NULL_SENDER;
        }
        int at = text.lastIndexOf('@');
        return at < 0
                ? new MailAddress(text, "", false)
                : new MailAddress(text.substring(0, at), text.substring(at + 1).toLowerCase(Locale.ROOT), false);
    }

    /** Whether this is {@link #NULL_SENDER}. */
    public boolean isNullSender() {
        return nullSender;
    }

    /** What stands before the {@code @}, quotes and case kept. */
    public String localPart() {
        return localPart;
    }

    /** What stands behind the {@code @}, in lower case; empty if there is none. */
    public String domain() {
        return domain;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MailAddress address
                && nullSender == address.nullSender
                && localPart.equals(address.localPart)
                && domain.equals(address.domain);
    }

    @Override
    public int hashCode() {
        return Objects.hash(localPart, domain, nullSender);
    }

    /** {@code local@domain}, {@code local}, or {@code <>}. */
    @Override
    public String toString() {
        if (nullSender) {
            return "<>";
        }
        return domain.isEmpty() ? localPart : localPart + "@" + domain;
    }
}
