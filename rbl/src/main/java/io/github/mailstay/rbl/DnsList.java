// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A DNS list and what a hit on it means. Immutable.
 *
 * <p>The {@link #id} is public and stands in traces, logs and metrics. The zone is a secret, since lists that are paid
 * for carry the customer's key in it: it is in no text that this library makes.
 */
public final class DnsList {
    private final String id;
    private final String zone;
    private final ReplyFilter reply;
    private final int weight;
    private final Duration timeout;

    private DnsList(String id, String zone, Builder builder) {
        this.id = id;
        this.zone = zone;
        this.reply = builder.reply;
        this.weight = builder.weight;
        this.timeout = builder.timeout;
    }

    /** A builder without id and zone. */
    public static Builder builder() {
        return new Builder();
    }

    /** The list's public name. */
    public String id() {
        return id;
    }

    /** The secret zone, in lower case, without a dot at its end. */
    String zone() {
        return zone;
    }

    /** Which answers are listings. */
    public ReplyFilter reply() {
        return reply;
    }

    /** What a hit adds to the score; below 0 for an allow list. */
    public int weight() {
        return weight;
    }

    /** How long this list is waited for. */
    public Duration timeout() {
        return timeout;
    }

    /** All but the zone. */
    @Override
    public String toString() {
        return "DnsList{id=" + id + ", reply=" + reply + ", weight=" + weight + ", timeout=" + timeout.toMillis()
                + "ms}";
    }

    /** Collects the settings of a list. Not thread-safe. */
    public static final class Builder {
        private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,32}");
        private static final Pattern ZONE = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
        private static final int MAX_ZONE = 253;
        private static final int MAX_WEIGHT = 1000;
        private static final Duration MAX_TIMEOUT = Duration.ofSeconds(60);

        private @Nullable String id;
        private @Nullable String zone;
        private ReplyFilter reply = ReplyFilter.ANY;
        private int weight = 1;
        private Duration timeout = Duration.ofSeconds(2);

        private Builder() {}

        /**
         * Sets the public name. Required.
         *
         * @throws IllegalArgumentException if it is not of 1 to 32 lower case letters, digits and dashes
         */
        public Builder id(String id) {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException("id of a list: not as " + ID);
            }
            this.id = id;
            return this;
        }

        /**
         * Sets the zone that is asked, such as {@code zen.example.net}. Required, and kept secret.
         *
         * @throws IllegalArgumentException if it is no domain name of 253 characters at most; the message does not hold
         *     the zone
         */
        public Builder zone(String zone) {
            String plain = zone.endsWith(".") ? zone.substring(0, zone.length() - 1) : zone;
            plain = plain.toLowerCase(Locale.ROOT);
            if (plain.length() > MAX_ZONE || !ZONE.matcher(plain).matches()) {
                throw new IllegalArgumentException(
                        "zone of " + who() + ": no domain name (not shown, as it may" + " hold a key)");
            }
            this.zone = plain;
            return this;
        }

        /** Sets which answers are listings; {@link ReplyFilter#ANY} unless set. */
        public Builder reply(ReplyFilter reply) {
            this.reply = reply;
            return this;
        }

        /**
         * Sets what a hit adds to the score; 1 unless set, below 0 for an allow list.
         *
         * @throws IllegalArgumentException if it is 0, or not within -1000 and 1000
         */
        public Builder weight(int weight) {
            if (weight == 0 || weight < -MAX_WEIGHT || weight > MAX_WEIGHT) {
                throw new IllegalArgumentException(
                        "weight of " + who() + ": " + weight + " is 0 or not within -1000 and 1000");
            }
            this.weight = weight;
            return this;
        }

        /**
         * Sets how long this list is waited for; 2 s unless set. The check's deadline may end that earlier.
         *
         * @throws IllegalArgumentException if it is not above 0 and at most 60 s
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
                throw new IllegalArgumentException(
                        "timeout of " + who() + ": " + timeout + " is not above 0 and at most 60 s");
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * The list.
         *
         * @throws IllegalArgumentException if id or zone are missing
         */
        public DnsList build() {
            if (id == null) {
                throw new IllegalArgumentException("id of a list: missing");
            }
            if (zone == null) {
                throw new IllegalArgumentException("zone of list " + id + ": missing");
            }
            return new DnsList(id, zone, this);
        }

        private String who() {
            return id == null ? "a list" : "list " + id;
        }
    }
}
