// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.dns;

import io.github.mailstay.net.IpAddresses;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What a {@link ScriptedDnsServer} says to one question, right or wrong. Immutable. All records have a TTL of 60 s.
 */
public final class DnsReply {
    private static final int MAX_DELAY_SECONDS = 60;

    private final Duration delay;
    private final boolean hangUp;
    private final Function<DnsQuery, Optional<byte[]>> udp;
    private final Function<DnsQuery, Optional<byte[]>> tcp;

    private DnsReply(
            Duration delay,
            boolean hangUp,
            Function<DnsQuery, Optional<byte[]>> udp,
            Function<DnsQuery, Optional<byte[]>> tcp) {
        this.delay = delay;
        this.hangUp = hangUp;
        this.udp = udp;
        this.tcp = tcp;
    }

    private static DnsReply same(Function<DnsQuery, byte[]> bytes) {
        Function<DnsQuery, Optional<byte[]>> both = query -> Optional.of(bytes.apply(query));
        return new DnsReply(Duration.ZERO, false, both, both);
    }

    private static DnsReply error(int rcode) {
        return same(query -> new DnsMessage(query, rcode).toBytes());
    }

    /**
     * A records with these addresses, in this order; to any other type than A, what {@link #nodata} says.
     *
     * @throws IllegalArgumentException if one is no IPv4 address
     */
    public static DnsReply addresses(String... addresses) {
        List<byte[]> all = Arrays.stream(addresses).map(DnsReply::octets).toList();
        return same(query -> {
            DnsMessage message = new DnsMessage(query, DnsMessage.NOERROR);
            if (query.type() != DnsMessage.TYPE_A || all.isEmpty()) {
                return message.soa().toBytes();
            }
            all.forEach(message::address);
            return message.toBytes();
        });
    }

    /** The name is an alias (CNAME) of {@code target}, whose A records follow in the same answer. */
    public static DnsReply alias(String target, String... addresses) {
        byte[] owner = DnsMessage.name(target);
        List<byte[]> all = Arrays.stream(addresses).map(DnsReply::octets).toList();
        return same(query -> {
            DnsMessage message = new DnsMessage(query, DnsMessage.NOERROR).alias(target);
            all.forEach(address -> message.address(owner, address));
            return message.toBytes();
        });
    }

    /** There is no such name. */
    public static DnsReply nxdomain() {
        return same(query -> new DnsMessage(query, DnsMessage.NXDOMAIN).soa().toBytes());
    }

    /** The name is there, but has no record of the type asked for. */
    public static DnsReply nodata() {
        return addresses();
    }

    /** The server is in trouble. */
    public static DnsReply servfail() {
        return error(DnsMessage.SERVFAIL);
    }

    /** The server does not want to. */
    public static DnsReply refused() {
        return error(DnsMessage.REFUSED);
    }

    /** The server did not understand. */
    public static DnsReply formerr() {
        return error(DnsMessage.FORMERR);
    }

    /** Nothing, ever. */
    public static DnsReply silent() {
        return new DnsReply(Duration.ZERO, false, query -> Optional.empty(), query -> Optional.empty());
    }

    /** Twenty octets that are no DNS message. */
    public static DnsReply garbage() {
        return same(query -> {
            byte[] bytes = new byte[20];
            Arrays.fill(bytes, (byte) 0xff);
            return bytes;
        });
    }

    /** Address 127.0.0.2, under an id that was not asked with. */
    public static DnsReply wrongId() {
        return same(query -> new DnsMessage(query, DnsMessage.NOERROR)
                .id(query.id() ^ 1)
                .address(octets("127.0.0.2"))
                .toBytes());
    }

    /** Address 127.0.0.2, for another name than was asked for. */
    public static DnsReply wrongQuestion() {
        return same(query -> new DnsMessage(query, DnsMessage.NOERROR)
                .question("another.test")
                .address(octets("127.0.0.2"))
                .toBytes());
    }

    /**
     * What this says; but to questions for TXT, TXT records with these octets, in this order. A text over 255 octets has
     * several character-strings. Beyond 512 octets a reply belongs on TCP: {@link #truncated(DnsReply)}.
     */
    public DnsReply withTexts(byte[]... texts) {
        List<byte[]> all = Arrays.stream(texts).map(byte[]::clone).toList();
        DnsReply txt = same(query -> {
            DnsMessage message = new DnsMessage(query, DnsMessage.NOERROR);
            all.forEach(message::text);
            return message.toBytes();
        });
        return new DnsReply(
                delay,
                hangUp,
                query -> (query.type() == DnsMessage.TYPE_TXT ? txt : this).udp.apply(query),
                query -> (query.type() == DnsMessage.TYPE_TXT ? txt : this).tcp.apply(query));
    }

    /** Truncated by UDP; by TCP what {@code overTcp} says. */
    public static DnsReply truncated(DnsReply overTcp) {
        return new DnsReply(Duration.ZERO, overTcp.hangUp, DnsReply::cut, overTcp.tcp);
    }

    /** Truncated by UDP; by TCP the server hangs up. */
    public static DnsReply truncated() {
        return new DnsReply(Duration.ZERO, true, DnsReply::cut, query -> Optional.empty());
    }

    /**
     * What {@code reply} says, later.
     *
     * @param delay from the question; 60 s at most
     */
    public static DnsReply delayed(Duration delay, DnsReply reply) {
        if (delay.isNegative() || delay.compareTo(Duration.ofSeconds(MAX_DELAY_SECONDS)) > 0) {
            throw new IllegalArgumentException("delay " + delay + " is not within 0 and " + MAX_DELAY_SECONDS + " s");
        }
        return new DnsReply(delay, reply.hangUp, reply.udp, reply.tcp);
    }

    /**
     * Bytes of your own: gets those of the query, gives those of the reply (65535 at most). If it throws there is no
     * reply, and a TCP connection ends.
     */
    public static DnsReply raw(UnaryOperator<byte[]> bytes) {
        return same(query -> bytes.apply(query.bytes()));
    }

    Duration delay() {
        return delay;
    }

    /** Whether a TCP connection ends where nothing is said. */
    boolean hangUp() {
        return hangUp;
    }

    Optional<byte[]> overUdp(DnsQuery query) {
        return udp.apply(query);
    }

    Optional<byte[]> overTcp(DnsQuery query) {
        return tcp.apply(query);
    }

    private static Optional<byte[]> cut(DnsQuery query) {
        return Optional.of(new DnsMessage(query, DnsMessage.NOERROR).truncated().toBytes());
    }

    private static byte[] octets(String text) {
        return IpAddresses.parse(text)
                .filter(Inet4Address.class::isInstance)
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no IPv4 address"))
                .getAddress();
    }
}
