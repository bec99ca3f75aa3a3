// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A private rbldnsd, the name server of most DNS block lists, on a free UDP port of 127.0.0.1. Thread-safe.
 *
 * <p>It runs as user rbldns if the JVM is root (rbldnsd refuses to be root), else as the JVM's own, and needs the Debian
 * packages rbldnsd and util-linux. It answers for its own zones only and refuses the rest; it has no TCP.
 */
public final class RbldnsdServer implements AutoCloseable {
    /** Ready zone: 127.0.0.2 and 192.0.2.0/24 but 192.0.2.200 are 127.0.0.2; 198.51.100.7 is 127.0.0.4. */
    public static final String IP4 = "ip4.rig.test";

    /** Ready zone: ::ffff:127.0.0.2 and 2001:db8:bad::/48 but 2001:db8:bad:1::/64 are 127.0.0.2. */
    public static final String IP6 = "ip6.rig.test";

    /** Ready zone of names: {@code test}, and {@code spam.example} with all below it but {@code ok.spam.example}. */
    public static final String DOMAINS = "dom.rig.test";

    /** Ready zone: every address is 127.255.255.254, as a list answers that refuses a public resolver. */
    public static final String ERROR = "err.rig.test";

    /** Ready zone of good senders: 203.0.113.0/24 is 127.0.10.1. */
    public static final String WHITE = "white.rig.test";

    /** Ready zone: 192.0.2.1 is 127.0.0.2, 127.0.0.4 and 127.0.0.10 at once, with two TXT records. */
    public static final String MULTI = "multi.rig.test";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(5);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(1);

    private final WorkDirectory work = WorkDirectory.create("rbldnsd");
    private final int port = LoopbackPorts.freeUdp();
    private final List<RbldnsdZone> zones;
    private final PrivateProcess process;

    private RbldnsdServer(Builder builder) {
        zones = List.copyOf(builder.zones.values());
        try {
            work.directory("zones", "rwxr-xr-x");
            // -n: in the foreground. Not -q: a zone with mistakes then ends it, with the reason in its log.
            List<String> command = new ArrayList<>(List.of(
                    "rbldnsd",
                    "-n",
                    "-b",
                    "127.0.0.1/" + port,
                    "-c",
                    "1",
                    "-w",
                    work.path("zones").toString()));
            for (RbldnsdZone zone : zones) {
                work.write("zones/" + zone.name(), zone.data());
                command.add(zone.name() + ":" + zone.type() + ":" + zone.name());
            }
            process = PrivateProcess.builder(work, "rbldnsd", command)
                    .user("rbldns")
                    .start();
        } catch (RuntimeException e) {
            work.close();
            throw e;
        }
        try {
            process.awaitReady(this::answersForAll, START_LIMIT);
        } catch (RuntimeException e) {
            process.close();
            work.close();
            throw e;
        }
    }

    /** With no zone yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Its UDP port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /**
     * Asks it for the A records of a name, such as {@code 2.0.0.127.ip4.rig.test}.
     *
     * @return the addresses; none if it has no such name or no A record of it
     * @throws RealServerException if it does not answer within 5 seconds, or with an error (REFUSED: not its zone)
     */
    public List<String> lookup(String name) {
        DnsProbe.Answer answer = DnsProbe.ask(port, name, ASK_LIMIT)
                .orElseThrow(() -> new RealServerException(this + " does not answer" + process.logTail()));
        if (answer.rcode() != DnsProbe.NOERROR && answer.rcode() != DnsProbe.NXDOMAIN) {
            throw new RealServerException(this + " answers " + name + " with response code " + answer.rcode());
        }
        return answer.addresses();
    }

    /**
     * Puts other data in a zone; rbldnsd takes it within a second or so. Ask {@link #lookup} until it has.
     *
     * @throws IllegalArgumentException if it has no such zone
     */
    public synchronized void replace(String zone, String data) {
        if (zones.stream().noneMatch(it -> it.name().equals(zone))) {
            throw new IllegalArgumentException("zone: there is no '" + zone + "'");
        }
        try {
            Path file = work.path("zones/" + zone);
            FileTime before = Files.getLastModifiedTime(file);
            work.write("zones/" + zone, data);
            // rbldnsd compares whole seconds: two changes within one would be taken for one.
            Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 2000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.kill("HUP"); // read the zones that have changed, now
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

    /** {@code rbldnsd on 127.0.0.1:PORT}. */
    @Override
    public String toString() {
        return "rbldnsd on 127.0.0.1:" + port;
    }

    private boolean answersForAll() {
        // RFC 5782 section 5: 127.0.0.2 is what every list of IPv4 addresses has an answer for. Here any answer that is
        // not an error will do, since a zone of names has none.
        return zones.stream()
                .allMatch(zone -> DnsProbe.ask(port, "2.0.0.127." + zone.name(), PROBE_LIMIT)
                        .filter(answer -> answer.rcode() == DnsProbe.NOERROR || answer.rcode() == DnsProbe.NXDOMAIN)
                        .isPresent());
    }

    /** The zones of an rbldnsd. Not thread-safe. */
    public static final class Builder {
        private final Map<String, RbldnsdZone> zones = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a zone, in place of one of the same name.
         *
         * @param name its domain
         * @param type rbldnsd's type of its data, such as {@code ip4trie} or {@code generic}
         * @param data in rbldnsd's format of that type; rbldnsd(8) describes them
         * @throws IllegalArgumentException if the name is no domain, or the type no word
         */
        public Builder zone(String name, String type, String data) {
            zones.put(name, new RbldnsdZone(name, type, data));
            return this;
        }

        /** Adds {@link #IP4}, {@link #IP6}, {@link #DOMAINS}, {@link #ERROR}, {@link #WHITE} and {@link #MULTI}. */
        public Builder readyZones() {
            RbldnsdZone.ready().forEach(zone -> zones.put(zone.name(), zone));
            return this;
        }

        /**
         * Starts it; it answers for every zone when this returns.
         *
         * @throws IllegalArgumentException if there is no zone
         * @throws RealServerException if something is missing on this machine, or with the end of its log, if it does
         *     not take a zone or does not answer within 60 seconds
         */
        public RbldnsdServer start() {
            if (zones.isEmpty()) {
                throw new IllegalArgumentException("zone: there must be at least one");
            }
            RealComponent.named("rbldnsd").require();
            return new RbldnsdServer(this);
        }
    }
}
