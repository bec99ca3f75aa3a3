// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import io.github.mailstay.greylist.DelayTable;
import io.github.mailstay.greylist.Exemption;
import io.github.mailstay.greylist.IdentitySource;
import io.github.mailstay.net.AddressRange;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.PolicyLimits;
import io.github.mailstay.rbl.DnsList;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All settings of the daemon, checked. Immutable. {@link SettingsFile} reads them; docs/SETTINGS.md explains them.
 *
 * @param dataDir where the store, the key and the lock lie
 * @param control where the commands find a running daemon; empty if switched off
 * @param policy the policy server
 * @param greylist greylisting
 * @param rbl block lists
 */
public record Settings(Path dataDir, Optional<Endpoint.Unix> control, Policy policy, Greylisting greylist, Rbl rbl) {

    /** {@code policy.*}. */
    public record Policy(
            List<Endpoint> listen,
            Duration deadline,
            FailMode onError,
            int maxConnections,
            PolicyLimits limits,
            Duration idleTimeout,
            String socketMode,
            Optional<String> socketGroup) {}

    /** {@code greylist.*}. */
    public record Greylisting(
            Mode mode,
            Store store,
            int maxEntries,
            DelayTable delays,
            Duration retryWindow,
            Duration lifetime,
            Path keyFile,
            FailMode onFailure,
            IdentitySource client,
            int ipv4Prefix,
            int ipv6Prefix,
            List<Exemption> exemptions,
            Trust trust,
            Limits limits,
            boolean nullSenderAtData,
            int replyCode,
            ReplyText reply) {}

    /** What clients earn by passing. */
    public record Trust(int after, int demoteAt) {}

    /** How long and how much is deferred at most. */
    public record Limits(Duration ceiling, int ceilingTries, int throttle, Duration throttlePeriod) {}

    /** {@code rbl.*}. */
    public record Rbl(
            List<InetSocketAddress> resolver,
            List<DnsList> lists,
            int greylistAt,
            OptionalInt rejectAt,
            FailMode onUnknown,
            Duration deadline,
            List<AddressRange> skipNetworks,
            int cacheEntries,
            Duration testInterval) {}

    /** Who is greylisted. */
    public enum Mode {
        /** Only those whom a block list knows. */
        SUSPICIOUS,
        /** Every stranger. */
        EVERYONE,
        /** Nobody. */
        OFF
    }

    /**
     * Where triplets are kept.
     *
     * @param kind what keeps them
     * @param addresses of what is shared; none of the others
     * @param user who we are there
     * @param passwordFile where the password is
     * @param caFile whom TLS trusts, if not those whom Java trusts
     */
    public record Store(
            Kind kind,
            List<String> addresses,
            Optional<String> user,
            Optional<Path> passwordFile,
            Optional<Path> caFile) {
        /** Whether several daemons may use it at once. */
        public boolean isShared() {
            return kind == Kind.REDIS || kind == Kind.REDIS_CLUSTER || kind == Kind.JDBC;
        }
    }

    /** What keeps triplets. */
    public enum Kind {
        /** A file under the data-dir. */
        SQLITE,
        /** The daemon itself; a restart forgets. */
        MEMORY,
        /** One Redis, or one behind sentinels. */
        REDIS,
        /** A cluster of Redis. */
        REDIS_CLUSTER,
        /** PostgreSQL. */
        JDBC
    }
}
