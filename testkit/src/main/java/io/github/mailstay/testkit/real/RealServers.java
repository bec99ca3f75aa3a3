// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * The real servers of a test that is {@link Real}, as a parameter of a test, a {@code @BeforeEach} or a
 * {@code @BeforeAll} method. Thread-safe.
 *
 * <p>The shared ones start when they are first asked for and end with the test run; tests must not break or reconfigure
 * them. Those a test starts for itself end with the test, or with the class if {@code @BeforeAll} started them.
 *
 * <p>A server that does not start is a {@link RealServerException}.
 */
public final class RealServers {
    private static final Namespace NAMESPACE = Namespace.create(RealServers.class);

    private final Store own;
    private final Store shared;

    RealServers(ExtensionContext context) {
        own = context.getStore(NAMESPACE);
        shared = context.getRoot().getStore(NAMESPACE);
    }

    /**
     * Why a test that needs these must be skipped here, decided as for {@link Real}; empty if all is there. For tests of
     * other engines than Jupiter, which take no notice of that annotation.
     *
     * @param needs as {@link Real#value}
     * @throws RealServerException if something is missing, though {@code MAILSTAY_REAL=required}
     */
    public static Optional<String> reasonToSkip(String... needs) {
        return RealExtension.reasonToSkip(needs);
    }

    /** The run's Postfix with the default settings, which asks no policy server. Its messages are those of all tests. */
    public PostfixServer postfix() {
        return shared.getOrComputeIfAbsent(
                PostfixServer.class, key -> PostfixServer.builder().start(), PostfixServer.class);
    }

    /** The run's rbldnsd with the {@linkplain RbldnsdServer.Builder#readyZones() ready zones}. */
    public RbldnsdServer rbldnsd() {
        return shared.getOrComputeIfAbsent(
                RbldnsdServer.class, key -> RbldnsdServer.builder().readyZones().start(), RbldnsdServer.class);
    }

    /** The run's Redis, without a password; tests keep apart by the names of their keys. */
    public RedisServer redis() {
        return shared.getOrComputeIfAbsent(
                RedisServer.class, key -> RedisServer.builder().start(), RedisServer.class);
    }

    /** The run's PostgreSQL, without a standby. Tests keep apart by schemas of their own. */
    public PostgresServer postgresql() {
        return shared.getOrComputeIfAbsent(
                PostgresServer.class, key -> PostgresServer.builder().start(), PostgresServer.class);
    }

    /** Starts a Postfix of the test's own. */
    public PostfixServer start(PostfixServer.Builder postfix) {
        return keep(postfix.start());
    }

    /** Starts an rbldnsd of the test's own. */
    public RbldnsdServer start(RbldnsdServer.Builder rbldnsd) {
        return keep(rbldnsd.start());
    }

    /** Starts an unbound of the test's own; there is no shared one, as each has its own zones. */
    public UnboundServer start(UnboundServer.Builder unbound) {
        return keep(unbound.start());
    }

    /** Starts a Redis of the test's own. */
    public RedisServer start(RedisServer.Builder redis) {
        return keep(redis.start());
    }

    /** Starts a PostgreSQL of the test's own. */
    public PostgresServer start(PostgresServer.Builder postgresql) {
        return keep(postgresql.start());
    }

    /** Closes {@code thing} when the test ends: a server or client of another kind. */
    public <T extends AutoCloseable> T keep(T thing) {
        // A store closes what it holds, the youngest first; the key only has to be new.
        own.put(new Object(), thing);
        return thing;
    }
}
