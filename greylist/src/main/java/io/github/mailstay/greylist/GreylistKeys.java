// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.net.MailAddress;
import java.net.InetAddress;

/**
 * Makes the keys of triplets. A client is known by its network, since large senders retry from a neighbouring address;
 * sender and recipient are compared as {@link MailAddress} compares them, and the null sender equals no address.
 * Immutable and thread-safe; one to two microseconds a key.
 */
public final class GreylistKeys {
    private final KeyHasher hasher;
    private final int ipv4Prefix;
    private final int ipv6Prefix;

    private GreylistKeys(Builder builder) {
        hasher = builder.hasher;
        ipv4Prefix = builder.ipv4Prefix;
        ipv6Prefix = builder.ipv6Prefix;
    }

    /** A builder with the usual networks. */
    public static Builder builder(KeyHasher hasher) {
        return new Builder(hasher);
    }

    /** The key of one triplet. */
    public GreylistKey key(InetAddress client, MailAddress sender, MailAddress recipient) {
        byte[] network = network(client);
        FieldBytes tuple = new FieldBytes(FieldBytes.Domain.TUPLE).add(FieldBytes.Type.NETWORK, network);
        add(tuple, sender);
        add(tuple, recipient);
        Hash128 clientHash = new FieldBytes(FieldBytes.Domain.CLIENT)
                .add(FieldBytes.Type.NETWORK, network)
                .hashWith(hasher);
        return new GreylistKey(clientHash, tuple.hashWith(hasher));
    }

    /** {@link KeyHasher#fingerprint} of the secret behind these keys. */
    public String fingerprint() {
        return hasher.fingerprint();
    }

    private byte[] network(InetAddress client) {
        boolean ipv4 = client.getAddress().length == 4;
        int prefix = ipv4 ? ipv4Prefix : ipv6Prefix;
        byte[] base = AddressRange.around(client, prefix).base().getAddress();
        byte[] network = new byte[1 + base.length];
        network[0] = (byte) prefix;
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
