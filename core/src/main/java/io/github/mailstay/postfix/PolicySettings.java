// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link PolicyServer.Builder} was told, checked and frozen. */
record PolicySettings(
        List<Endpoint> endpoints,
        Duration deadline,
        PolicyLimits limits,
        int maxConnections,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration grace,
        int loops,
        Set<PosixFilePermission> socketMode,
        @Nullable String socketGroup) {

    /** Postfix keeps a connection for up to 1000 s (smtpd_policy_service_max_ttl) and pays 1 s when we close first. */
    static final Duration MIN_IDLE = Duration.ofSeconds(1001);

    PolicySettings {
        endpoints = List.copyOf(endpoints);
        socketMode = Set.copyOf(socketMode);
        within("deadline", deadline, Duration.ofMillis(10), Duration.ofSeconds(90));
        within("idleTimeout", idleTimeout, MIN_IDLE, Duration.ofDays(30));
        within("requestTimeout", requestTimeout, Duration.ofMillis(100), Duration.ofMinutes(30));
        within("grace", grace, Duration.ZERO, Duration.ofMinutes(10));
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("listen: a server needs at least one endpoint");
        }
        if (maxConnections < 1 || maxConnections > 100_000) {
            throw new IllegalArgumentException("maxConnections is within 1 and 100000, not " + maxConnections);
        }
        if (loops < 1 || loops > 64) {
            throw new IllegalArgumentException("loops is within 1 and 64, not " + loops);
        }
    }

    private static void within(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is within " + least + " and " + most + ", not " + value);
        }
    }
}
