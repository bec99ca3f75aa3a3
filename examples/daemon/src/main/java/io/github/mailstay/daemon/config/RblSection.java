// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.google.common.net.HostAndPort;
import io.github.mailstay.net.AddressRange;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.rbl.DnsList;
import io.github.mailstay.rbl.RblCheckBuilder;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The reading of {@code rbl.*}. Stateless. */
final class RblSection {
    private static final int MAX_LISTS = RblCheckBuilder.MAX_LISTS;
    private static final int MAX_RESOLVERS = DnsJavaLookup.Builder.MAX_RESOLVERS;
    private static final int MAX_SCORE = 1_000_000;
    private static final Duration MS = Duration.ofMillis(1);

    private RblSection() {}

    static Settings.Rbl read(SettingReader reader) {
        Set<String> ids = new HashSet<>();
        List<DnsList> lists = reader.objects("rbl.lists", object -> DnsListReader.read(object, ids));
        if (lists.size() > MAX_LISTS) {
            reader.mistake("rbl.lists", "must be at most " + MAX_LISTS + " lists");
        }
        List<InetSocketAddress> resolvers = reader.list("rbl.resolver", List.of(), RblSection::resolver);
        if (resolvers.size() > MAX_RESOLVERS) {
            reader.mistake("rbl.resolver", "must be at most " + MAX_RESOLVERS + " resolvers");
        }
        int greylistAt = reader.integer("rbl.greylist-at", 1, 1, MAX_SCORE);
        int rejectAt = reader.read("rbl.reject-at", 0, "off or a score", RblSection::rejectAt);
        if (rejectAt != 0 && rejectAt < greylistAt) {
            reader.mistake("rbl.reject-at", "must not be below rbl.greylist-at, " + greylistAt);
        }
        return new Settings.Rbl(
                resolvers,
                lists,
                greylistAt,
                rejectAt == 0 ? OptionalInt.empty() : OptionalInt.of(rejectAt),
                reader.choice("rbl.on-unknown", FailMode.PASS, SettingsFile.FAIL_MODES),
                reader.duration("rbl.deadline", Duration.ofSeconds(3), MS.multipliedBy(10), Duration.ofSeconds(60)),
                reader.list("rbl.skip-networks", RblCheckBuilder.NOT_PUBLIC, AddressRange::parse),
                reader.integer("rbl.cache-entries", 50_000, 0, 10_000_000),
                reader.duration(
                        "rbl.test-interval", Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofDays(1)));
    }

    private static int rejectAt(String text) {
        if (text.equals("off")) {
            return 0;
        }
        if (!text.matches("[1-9][0-9]{0,5}")) {
            throw new IllegalArgumentException("'" + text + "' must be off, or a score from 1 to 999999");
        }
        return Integer.parseInt(text);
    }

    private static InetSocketAddress resolver(String text) {
        HostAndPort address = HostAndPort.fromString(text).withDefaultPort(53);
        InetSocketAddress resolved = new InetSocketAddress(address.getHost(), address.getPort());
        if (resolved.isUnresolved()) {
            throw new IllegalArgumentException("'" + text + "' must be HOST:PORT, and the host must have an address");
        }
        return resolved;
    }
}
