// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.net.MailAddress;
import java.time.Instant;
import java.util.Map;

/** One row of a table of sqlgrey's. Immutable; what is malformed is an IllegalArgumentException that says why. */
final class SqlgreyRow {
    /** What sqlgrey writes for a part of an address that is not there; for both parts of the null sender. */
    private static final String MISSING = "-undef-";

    private final LoadSettings settings;
    private final ClientNetworks networks;

    SqlgreyRow(LoadSettings settings) {
        this.settings = settings;
        networks = new ClientNetworks(settings.keys());
    }

    Loaded waiting(Map<String, String> row) {
        Instant first = time(row, "first_seen");
        String recipient = value(row, "rcpt");
        if (recipient.isEmpty()) {
            throw new IllegalArgumentException("rcpt is empty");
        }
        return new Loaded.Triplet(
                networks.addressOrHalf(value(row, "src")),
                sender(value(row, "sender_name"), value(row, "sender_domain")),
                MailAddress.of(recipient),
                new GreylistEntry(first, first, first.plus(settings.retryWindow()), 1, 0));
    }

    Loaded trusted(Map<String, String> row) {
        return new Loaded.Client(
                networks.addressOrHalf(value(row, "src")), Loaded.Client.ENOUGH, time(row, "last_seen"));
    }

    private static MailAddress sender(String name, String domain) {
        if (name.equals(MISSING) && domain.equals(MISSING)) {
            return MailAddress.NULL_SENDER;
        }
        if (name.isEmpty() || domain.isEmpty()) {
            throw new IllegalArgumentException("sender_name or sender_domain is empty");
        }
        return MailAddress.of(domain.equals(MISSING) ? name : name + "@" + domain);
    }

    private Instant time(Map<String, String> row, String column) {
        try {
            return SourceTime.parse(value(row, column), settings.sourceZone());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(column + ": " + e.getMessage(), e);
        }
    }

    /** Databases pad columns of type char with blanks. */
    private static String value(Map<String, String> row, String column) {
        return row.getOrDefault(column, "").strip();
    }
}
