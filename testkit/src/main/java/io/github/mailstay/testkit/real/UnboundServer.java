// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A private unbound, the caching resolver of many mail servers, on a free port of 127.0.0.1 by UDP and TCP, in front of
 * given name servers. Thread-safe.
 *
 * <p>It runs as user unbound if the JVM is root, else as the JVM's own, and needs the Debian packages unbound and
 * util-linux. It asks from loopback only and knows its zones only: the rest it refuses, so that no test asks the
 * Internet. It does not validate (DNSSEC); otherwise its settings are unbound's own. An answer that it has from a name
 * server it keeps for its TTL, so a test that changes a name server asks for another name.
 */
public final class UnboundServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(5);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(1);
    private static final String USER = "unbound";

    private final WorkDirectory work = WorkDirectory.create("unbound");
    private final int port = LoopbackPorts.freeTcpAndUdp();
    private final PrivateProcess process;

    private UnboundServer(Builder builder) {
        try {
            if (Users.isRoot()) {
                work.directory("private", "rwx------", USER, USER);
            } else {
                work.directory("private", "rwx------");
            }
            String config = work.write("private/unbound.conf", config(builder)).toString();
            // -d: in the foreground; -p: no file with its process id.
            process = PrivateProcess.builder(work, "unbound", List.of("unbound", "-d", "-p", "-c", config))
                    .user(USER)
                    .start();
        } catch (RuntimeException e) {
            work.close();
            throw e;
        }
        try {
            // For a name outside its zones it asks nobody, so that it is ready whatever its name servers do.
            process.awaitReady(
                    () -> DnsProbe.askResolver(port, "ready.invalid", PROBE_LIMIT)
                            .isPresent(),
                    START_LIMIT);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** With no zone yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its port on 127.0.0.1, the same by UDP and TCP. */
    public int port() {
        return port;
    }

    /** Where it listens: 127.0.0.1 and {@link #port}. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Asks it for the A records of a name by UDP.
     *
     * @return the addresses; none if there is no such name or no A record of it
     * @throws RealServerException if it does not answer within 5 seconds, or with an error
     */
    public List<String> lookup(String name) {
        DnsProbe.Answer answer = DnsProbe.askResolver(port, name, ASK_LIMIT)
                .orElseThrow(() -> new RealServerException(this + " does not answer" + process.logTail()));
        if (answer.rcode() != DnsProbe.NOERROR && answer.rcode() != DnsProbe.NXDOMAIN) {
            throw new RealServerException(this + " answers " + name + " with response code " + answer.rcode());
        }
        return answer.addresses();
    }

    /** Its process: to freeze, or to kill. */
    public PrivateProcess process() {
        return process;
    }

    /** Ends it and deletes its files. Idempotent. */
    @Override
    public void close() {
        try {
            process.close();
        } finally {
            work.close();
        }
    }

    /** {@code unbound on 127.0.0.1:PORT}. */
    @Override
    public String toString() {
        return "unbound on 127.0.0.1:" + port;
    }

    private String config(Builder builder) {
        StringBuilder config = new StringBuilder("server:\n");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("interface", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("outgoing-interface", "127.0.0.1");
        settings.put("do-not-query-localhost", "no");
        settings.put("do-ip6", "no");
        settings.put("module-config", "\"iterator\"");
        settings.put("directory", "\"" + work.path("private") + "\"");
        settings.put("username", "\"\""); // it is that user already
        settings.put("chroot", "\"\"");
        settings.put("use-syslog", "no");
        settings.put("logfile", "\"\"");
        settings.putAll(builder.settings);
        settings.forEach((name, value) ->
                config.append("  ").append(name).append(": ").append(value).append('\n'));
        Map<String, String> local = new LinkedHashMap<>();
        local.put(".", "always_refuse");
        // Of which unbound itself says that there is nothing: a zone that a test forgot would be a list without hits.
        local.put("test", "always_refuse");
        builder.zones.keySet().forEach(zone -> local.put(zone, "transparent"));
        local.forEach((zone, type) -> config.append("  local-zone: \"")
                .append(zone)
                .append("\" ")
                .append(type)
                .append('\n'));
        builder.zones.forEach((zone, server) -> config.append("stub-zone:\n  name: \"")
                .append(zone)
                .append("\"\n  stub-addr: ")
                .append(server.getAddress().getHostAddress())
                .append('@')
                .append(server.getPort())
                .append('\n'));
        return config.append("remote-control:\n  control-enable: no\n").toString();
    }

    /** The zones of an unbound, and who answers for them. Not thread-safe. */
    public static final class Builder {
        private final Map<String, InetSocketAddress> zones = new LinkedHashMap<>();
        private final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Names the authoritative server of a zone, in place of one named before. Zones may share one.
         *
         * @param zone its domain
         * @param server on loopback
         * @throws IllegalArgumentException if the zone is no domain, or the server not on loopback
         */
        public Builder zone(String zone, InetSocketAddress server) {
            if (!RbldnsdZone.isName(zone)) {
                throw new IllegalArgumentException("zone: '" + zone + "' is no domain name");
            }
            if (server.isUnresolved() || !server.getAddress().isLoopbackAddress()) {
                throw new IllegalArgumentException("zone " + zone + ": " + server + " is not on loopback");
            }
            zones.put(zone, server);
            return this;
        }

        /** As {@link #zone(String, InetSocketAddress)}, for a server on 127.0.0.1. */
        public Builder zone(String zone, int port) {
            return zone(zone, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }

        /** Sets an option of the {@code server:} clause of unbound.conf(5), in place of the one it would have. */
        public Builder setting(String name, String value) {
            if ((name + value).chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("setting: a line has no control characters");
            }
            settings.put(name, value);
            return this;
        }

        /**
         * Starts it; it answers when this returns.
         *
         * @throws RealServerException if something is missing on this machine, or with the end of its log, if it does
         *     not take a setting or does not answer within 60 seconds
         */
        public UnboundServer start() {
            RealComponent.named("unbound").require();
            return new UnboundServer(this);
        }
    }
}
