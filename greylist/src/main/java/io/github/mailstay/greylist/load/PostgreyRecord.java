// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.ClientIdentity;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.net.MailAddress;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One record of postgrey's databases: a triplet, {@code NETWORK/SENDER/RECIPIENT} with {@code FIRST,LAST}, or a client,
 * {@code ADDRESS} with {@code COUNT,LAST}. Immutable; what is malformed is an IllegalArgumentException that says why.
 */
final class PostgreyRecord {
    private static final Pattern HASHED = Pattern.compile("[0-9a-f]{40}");
    // With --lookup-by-host the client is written as 192.0.2.1/32.
    private static final Pattern KEY = Pattern.compile("([0-9a-fA-F.:]{2,45})(?:/(32|128)(?=/.*/))?/(.*)");
    private static final Pattern VALUE = Pattern.compile("([0-9]{1,18}),([0-9]{1,12})(?:,.*)?");

    private final LoadSettings settings;
    private final ClientNetworks networks;

    PostgreyRecord(LoadSettings settings) {
        this.settings = settings;
        networks = new ClientNetworks(settings.keys());
    }

    Loaded triplet(String key, String value) {
        rejectHashed(key);
        Matcher parts = KEY.matcher(key);
        Matcher times = VALUE.matcher(value);
        if (!parts.matches() || !times.matches()) {
            throw new IllegalArgumentException("is no triplet: NETWORK/SENDER/RECIPIENT with FIRST,LAST");
        }
        ClientIdentity client =
                parts.group(2) == null ? networks.usualNetwork(parts.group(1)) : networks.address(parts.group(1));
        String addresses = parts.group(3);
        int slash = division(addresses);
        return new Loaded.Triplet(
                client,
                MailAddress.of(addresses.substring(0, slash)),
                MailAddress.of(addresses.substring(slash + 1)),
                entry(SourceTime.seconds(times.group(1)), SourceTime.seconds(times.group(2))));
    }

    Loaded client(String key, String value) {
        rejectHashed(key);
        Matcher counts = VALUE.matcher(value);
        if (!counts.matches()) {
            throw new IllegalArgumentException("is no client: ADDRESS with COUNT,LAST");
        }
        return new Loaded.Client(
                networks.address(key), Long.parseLong(counts.group(1)), SourceTime.seconds(counts.group(2)));
    }

    private static void rejectHashed(String key) {
        if (HASHED.matcher(key).matches()) {
            throw new IllegalArgumentException("is hashed (postgrey's --privacy): nobody can tell whose it is");
        }
    }

    private GreylistEntry entry(Instant first, Instant last) {
        if (last.isBefore(first)) {
            throw new IllegalArgumentException("was seen last before it was seen first");
        }
        return last.isBefore(first.plus(settings.sourceDelay()))
                ? new GreylistEntry(first, last, first.plus(settings.retryWindow()), 1, 0)
                : new GreylistEntry(first, last, last.plus(settings.lifetime()), 1, 1);
    }

    /** Where the sender ends: at the one slash that leaves two addresses, since local parts may hold slashes. */
    private static int division(String addresses) {
        int division = -1;
        for (int slash = addresses.indexOf('/'); slash >= 0; slash = addresses.indexOf('/', slash + 1)) {
            String sender = addresses.substring(0, slash);
            String recipient = addresses.substring(slash + 1);
            if ((sender.isEmpty() || isAddress(sender)) && isAddress(recipient)) {
                if (division >= 0) {
                    throw new IllegalArgumentException("divides into sender and recipient in more ways than one");
                }
                division = slash;
            }
        }
        if (division < 0) {
            throw new IllegalArgumentException("does not divide into sender and recipient");
        }
        return division;
    }

    private static boolean isAddress(String text) {
        int at = text.lastIndexOf('@');
        if (at < 0) {
            return !text.isEmpty() && text.indexOf('/') < 0; // as postmaster
        }
        String local = text.substring(0, at);
        boolean quoted = local.length() > 1 && local.startsWith("\"") && local.endsWith("\"");
        return text.indexOf('/', at) < 0 && (quoted || local.indexOf('@') < 0);
    }
}
