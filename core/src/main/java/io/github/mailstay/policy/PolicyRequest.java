// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.net.MailAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One question of Postfix: the attributes of a policy delegation request, all of them, known or not, in the order in
 * which they came. Immutable.
 *
 * <p>A final class with a builder, not a record: Postfix adds attributes nearly every release (2.1 to 3.12 so far).
 * Source: Postfix SMTPD_POLICY_README.
 */
public final class PolicyRequest {
    /** The value of the {@code request} attribute that makes a request one of this protocol. */
    public static final String TYPE = "smtpd_access_policy";

    private final String[] names;
    private final String[] values;
    private final int size;

    private PolicyRequest(Builder builder) {
        names = builder.names;
        values = builder.values;
        size = builder.size;
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The value of an attribute; empty if Postfix did not send it. An attribute that was sent without a value is there,
     * with the value {@code ""}. If it came twice, the first counts (Postfix leaves that open).
     */
    public Optional<String> attribute(String name) {
        int i = indexOf(name);
        return i < 0 ? Optional.empty() : Optional.of(values[i]);
    }

    /** The value of an attribute, {@code ""} if Postfix did not send it. */
    public String value(String name) {
        int i = indexOf(name);
        return i < 0 ? "" : values[i];
    }

    /** All attributes in the order in which they came; of one that came twice, the first. */
    public Map<String, String> attributes() {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            all.putIfAbsent(names[i], values[i]);
        }
        return all;
    }

    /** {@code protocol_state}. */
    public ProtocolState protocolState() {
        return ProtocolState.of(value("protocol_state"));
    }

    /** {@code client_address}, an IPv4-mapped one as IPv4; empty if it is no address (as {@code unknown}). */
    public Optional<InetAddress> clientAddress() {
        return IpAddresses.parse(value("client_address"));
    }

    /** {@code sender}. Before MAIL FROM Postfix sends it empty too: look at {@link #protocolState} first. */
    public MailAddress sender() {
        return MailAddress.of(value("sender"));
    }

    /** {@code recipient}: given at RCPT, and later only if the message has exactly one. */
    public MailAddress recipient() {
        return MailAddress.of(value("recipient"));
    }

    /** {@code instance}: the same for all requests of one message; {@code ""} if not sent (Exim, Postfix before 2.1). */
    public String instance() {
        return value("instance");
    }

    /** Whether the client has logged in ({@code sasl_username} is not empty). */
    public boolean isAuthenticated() {
        return !value("sasl_username").isEmpty();
    }

    /**
     * Whether this asks about one recipient of a client that has not logged in: the only requests at which block lists
     * and greylisting act. The home address of a user who logs in is on many lists by design.
     */
    public boolean isRecipientOfStranger() {
        return protocolState() == ProtocolState.RCPT && !isAuthenticated();
    }

    private int indexOf(String name) {
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PolicyRequest that && attributes().equals(that.attributes());
    }

    @Override
    public int hashCode() {
        return attributes().hashCode();
    }

    /** For debugging: all attributes. */
    @Override
    public String toString() {
        return "PolicyRequest" + attributes();
    }

    /** Collects attributes. Not thread-safe; use it for one request. */
    public static final class Builder {
        // Postfix 3.12 sends 33 attributes.
        private String[] names = new String[36];
        private String[] values = new String[36];
        private int size;

        private Builder() {}

        /**
         * Adds an attribute behind those already there.
         *
         * @throws IllegalArgumentException if the name is empty or holds {@code =} or a control character, or if the
         *     value holds LF or NUL or ends with CR: such an attribute could not be sent. A CR inside a value can, and a
         *     hostile sender may send one: beware when logging.
         */
        public Builder attribute(String name, String value) {
            if (!isName(name)) {
                throw new IllegalArgumentException("an attribute name is empty or holds '=' or a control character");
            }
            if (value.endsWith("\r") || value.indexOf('\n') >= 0 || value.indexOf(0) >= 0) {
                throw new IllegalArgumentException("the value of attribute " + name + " holds LF or NUL or ends in CR");
            }
            return add(name, value);
        }

        // Asked some thirty times a request: a stream here was a tenth of the server's time.
        private static boolean isName(String name) {
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (c == '=' || c < ' ') {
                    return false;
                }
            }
            return !name.isEmpty();
        }

        private Builder add(String name, String value) {
            if (size == names.length) {
                names = Arrays.copyOf(names, size * 2);
                values = Arrays.copyOf(values, size * 2);
            }
            names[size] = name;
            values[size++] = value;
            return this;
        }

        /** The request; this builder must not be used again. */
        public PolicyRequest build() {
            return new PolicyRequest(this);
        }
    }
}
