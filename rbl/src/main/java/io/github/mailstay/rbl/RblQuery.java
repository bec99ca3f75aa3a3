// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.net.MailAddress;
import io.github.mailstay.policy.PolicyRequest;
import java.net.IDN;
import java.net.InetAddress;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What lists are asked about one client: its address, and the names that it has or gives itself. Immutable.
 *
 * <p>Names are in lower case and ASCII (IDNA), without a dot at the end. What is no domain name of two labels at least is
 * left out: {@code unknown}, {@code localhost}, address literals.
 */
public final class RblQuery {
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})+");
    private static final int MAX_DOMAIN = 253;
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

    private final Optional<InetAddress> address;
    private final Map<Asked, String> names;

    private RblQuery(Optional<InetAddress> address, Map<Asked, String> names) {
        this.address = address.map(QueryName::unmapped);
        this.names = Collections.unmodifiableMap(names);
    }

    /** About an address only; an IPv4-mapped one counts as IPv4. */
    public static RblQuery of(InetAddress address) {
        return new RblQuery(Optional.of(address), new EnumMap<>(Asked.class));
    }

    /**
     * About a domain: lists of names are asked about it, whichever of a client's names they are meant for.
     *
     * @throws IllegalArgumentException if it is no domain name
     */
    public static RblQuery ofDomain(String text) {
        String domain = domain(text).orElseThrow(() -> new IllegalArgumentException("no domain name"));
        Map<Asked, String> names = new EnumMap<>(Asked.class);
        for (Asked asked : Asked.values()) {
            if (asked != Asked.CLIENT_IP) {
                names.put(asked, domain);
            }
        }
        return new RblQuery(Optional.empty(), names);
    }

    /** About the client of a request. */
    public static RblQuery of(PolicyRequest request) {
        Map<Asked, String> names = new EnumMap<>(Asked.class);
        put(names, Asked.CLIENT_NAME, request.attribute("client_name"));
        put(names, Asked.REVERSE_NAME, request.attribute("reverse_client_name"));
        put(names, Asked.HELO, request.attribute("helo_name"));
        put(names, Asked.SENDER_DOMAIN, request.attribute("sender").map(RblQuery::domainOf));
        return new RblQuery(request.clientAddress(), names);
    }

    private static String domainOf(String sender) {
        MailAddress address = MailAddress.of(sender);
        return address.isNullSender() ? "" : address.domain();
    }

    private static void put(Map<Asked, String> names, Asked asked, Optional<String> text) {
        text.flatMap(RblQuery::domain).ifPresent(domain -> names.put(asked, domain));
    }

    private static Optional<String> domain(String text) {
        String plain = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (plain.length() > MAX_DOMAIN) {
            return Optional.empty();
        }
        try {
            String ascii = IDN.toASCII(plain).toLowerCase(Locale.ROOT);
            return ascii.length() <= MAX_DOMAIN
                            && DOMAIN.matcher(ascii).matches()
                            && !NUMBERS.matcher(ascii).matches()
                    ? Optional.of(ascii)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a label that is empty or too long
        }
    }

    /** Its address, if there is one. */
    public Optional<InetAddress> address() {
        return address;
    }

    /** A name of it, if it has that. */
    public Optional<String> name(Asked asked) {
        return Optional.ofNullable(names.get(asked));
    }

    /** Whether there is nothing to ask about. */
    public boolean isEmpty() {
        return address.isEmpty() && names.isEmpty();
    }

    /**
     * What to look up at a list, each once; empty where a name would be too long.
     *
     * @param zone of the list
     */
    List<Optional<String>> questions(Set<Asked> ask, String zone) {
        Stream<Optional<String>> byAddress = ask.contains(Asked.CLIENT_IP)
                ? address.map(client -> QueryName.of(client, zone)).stream()
                : Stream.empty();
        Stream<Optional<String>> byName = names.entrySet().stream()
                .filter(name -> ask.contains(name.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .map(domain -> QueryName.of(domain, zone));
        return Stream.concat(byAddress, byName).toList();
    }

    /** {@code 192.0.2.1}, or the names where there is no address. */
    @Override
    public String toString() {
        return address.map(IpAddresses::text)
                .orElseGet(() ->
                        String.join(" ", names.values().stream().distinct().toList()));
    }
}
