// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.net.MailAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Makes the keys of triplets and counters. A client is known by its identity, usually its network, since large senders
 * retry from a neighbouring address; sender and recipient are compared as {@link MailAddress} compares them, the sender
 * without what is made anew for each mail, and the null sender equals no address. Immutable and thread-safe; one to two microseconds a key.
 */
public final class GreylistKeys {
    private static final String DEFERRALS = "deferrals";

    private final KeyHasher hasher;
    private final int ipv4Prefix;
    private final int ipv6Prefix;
    private final UnaryOperator<MailAddress> normaliser;

    private GreylistKeys(Builder builder) {
        hasher = builder.hasher;
        ipv4Prefix = builder.ipv4Prefix;
        ipv6Prefix = builder.ipv6Prefix;
        normaliser = builder.normaliser;
    }

    /** A builder with the usual networks. */
    public static Builder builder(KeyHasher hasher) {
        return new Builder(hasher);
    }

    /** The identity of a client by the network of its address. */
    public ClientIdentity.Network network(InetAddress client) {
        boolean ipv4 = client.getAddress().length == 4;
        return ClientIdentity.Network.around(client, ipv4 ? ipv4Prefix : ipv6Prefix);
    }

    /**
     * The identity that an operator writes: an IP address for its network, else what {@code toString} of an identity says:
     * {@code host:example.org}, {@code sender-domain:example.org}, or {@code spf:example.org} for a supplied one.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public ClientIdentity client(String text) {
        Optional<InetAddress> address = IpAddresses.parse(text);
        if (address.isPresent()) {
            return network(address.get());
        }
        int colon = text.indexOf(':');
        if (colon < 1 || colon == text.length() - 1) {
            throw new IllegalArgumentException("'" + text + "' is no IP address, and no identity as host:example.org");
        }
        String name = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "host" -> new ClientIdentity.Host(name);
            case "sender-domain" -> new ClientIdentity.SenderDomain(name);
            default -> new ClientIdentity.Supplied(text.substring(0, colon), name);
        };
    }

    /** The key of one triplet of a client known by its network. */
    public GreylistKey key(InetAddress client, MailAddress sender, MailAddress recipient) {
        return key(network(client), sender, recipient);
    }

    /** The key of one triplet. */
    public GreylistKey key(ClientIdentity client, MailAddress sender, MailAddress recipient) {
        return mail(client, sender, recipient).key();
    }

    /** The keys of one mail: of its triplet, and of what counts its deferrals. */
    record Mail(GreylistKey key, CounterKey deferrals) {}

    /** Both at once: the sender is normalised once, and the hash of the one is half of the other. */
    Mail mail(ClientIdentity client, MailAddress sender, MailAddress recipient) {
        MailAddress compared = normaliser.apply(sender);
        Hash128 pair = pair(compared, recipient);
        FieldBytes tuple = new FieldBytes(FieldBytes.Domain.TUPLE);
        add(tuple, client);
        add(tuple, compared);
        add(tuple, recipient);
        Hash128 all = new Hash128(pair.high(), tuple.hashWith(hasher).low());
        return new Mail(new GreylistKey(hash(client), all), new CounterKey(DEFERRALS, pair));
    }

    private Hash128 pair(MailAddress compared, MailAddress recipient) {
        FieldBytes fields = new FieldBytes(FieldBytes.Domain.PAIR);
        add(fields, compared);
        add(fields, recipient);
        return fields.hashWith(hasher);
    }

    /** The counter of how often a client has passed. */
    public CounterKey passes(ClientIdentity client) {
        return passesOf(hash(client));
    }

    /** {@link #passes} of a client whose hash is known. */
    static CounterKey passesOf(Hash128 client) {
        return new CounterKey("passes", client);
    }

    /** The counter of the triplets that a client has begun within a period. */
    public CounterKey begun(ClientIdentity client, long period) {
        FieldBytes fields = new FieldBytes(FieldBytes.Domain.PERIOD);
        add(fields, client);
        fields.add(
                FieldBytes.Type.NUMBER, ByteBuffer.allocate(8).putLong(period).array());
        return new CounterKey("begun", fields.hashWith(hasher));
    }

    /** The counter of how often mail of this sender for this recipient was deferred, whatever its clients. */
    public CounterKey deferrals(MailAddress sender, MailAddress recipient) {
        return new CounterKey(DEFERRALS, pair(normaliser.apply(sender), recipient));
    }

    /** {@link KeyHasher#fingerprint} of the secret behind these keys. */
    public String fingerprint() {
        return hasher.fingerprint();
    }

    private Hash128 hash(ClientIdentity client) {
        FieldBytes fields = new FieldBytes(FieldBytes.Domain.CLIENT);
        add(fields, client);
        return fields.hashWith(hasher);
    }

    private static void add(FieldBytes fields, ClientIdentity client) {
        if (client instanceof ClientIdentity.Network network) {
            fields.add(FieldBytes.Type.NETWORK, bytes(network.network()));
        } else if (client instanceof ClientIdentity.Host host) {
            fields.add(FieldBytes.Type.HOST, host.domain());
        } else if (client instanceof ClientIdentity.SenderDomain sender) {
            fields.add(FieldBytes.Type.SENDER_DOMAIN, sender.domain());
        } else if (client instanceof ClientIdentity.Supplied supplied) {
            fields.add(FieldBytes.Type.SUPPLIED_SCHEME, supplied.scheme());
            fields.add(FieldBytes.Type.SUPPLIED_NAME, supplied.name());
        }
    }

    private static byte[] bytes(AddressRange range) {
        byte[] base = range.base().getAddress();
        byte[] network = new byte[1 + base.length];
        network[0] = (byte) range.prefix();
        System.arraycopy(base, 0, network, 1, base.length);
        return network;
    }

    private static void add(FieldBytes fields, MailAddress address) {
        if (address.isNullSender()) {
            fields.add(FieldBytes.Type.NULL_ADDRESS, "");
        } else {
            fields.add(FieldBytes.Type.LOCAL_PART, address.localPart());
            fields.add(FieldBytes.Type.DOMAIN_PART, address.domain());
        }
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private final KeyHasher hasher;
        private int ipv4Prefix = 24;
        private int ipv6Prefix = 64;
        private UnaryOperator<MailAddress> normaliser = Normaliser::normalise;

        private Builder(KeyHasher hasher) {
            this.hasher = hasher;
        }

        /**
         * How many leading bits of an IPv4 address name its network; 24 unless set.
         *
         * @throws IllegalArgumentException if it is not within 8 and 32
         */
        public Builder ipv4Prefix(int bits) {
            ipv4Prefix = checked("ipv4Prefix", bits, 8, 32);
            return this;
        }

        /**
         * How many leading bits of an IPv6 address name its network; 64 unless set.
         *
         * @throws IllegalArgumentException if it is not within 16 and 128
         */
        public Builder ipv6Prefix(int bits) {
            ipv6Prefix = checked("ipv6Prefix", bits, 16, 128);
            return this;
        }

        /**
         * What senders are compared as; {@link Normaliser#normalise} unless set. It must be thread-safe and always say the
         * same of the same.
         */
        public Builder normaliser(UnaryOperator<MailAddress> value) {
            normaliser = value;
            return this;
        }

        /** The keys. */
        public GreylistKeys build() {
            return new GreylistKeys(this);
        }

        private static int checked(String setting, int bits, int least, int most) {
            if (bits < least || bits > most) {
                throw new IllegalArgumentException(setting + " is " + bits + ", not within " + least + " and " + most);
            }
            return bits;
        }
    }
}
