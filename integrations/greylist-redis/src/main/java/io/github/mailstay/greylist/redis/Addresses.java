// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where Redis is, as lettuce takes it, and as messages may show it: without passwords. Stateless. */
final class Addresses {
    private static final String HIDDEN = "***";

    private Addresses() {}

    /**
     * Reads addresses, and gives each the credentials that were set apart from them.
     *
     * @throws IllegalArgumentException if one is none; the message does not show a password
     */
    static List<RedisURI> parse(List<String> texts, Credentials credentials, Duration timeout) {
        List<RedisURI> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(parse(text, credentials, timeout));
        }
        return addresses;
    }

    private static RedisURI parse(String text, Credentials credentials, Duration timeout) {
        RedisURI address;
        try {
            address = RedisURI.create(text);
        } catch (RuntimeException e) {
            // Not the cause: it quotes the text.
            throw new IllegalArgumentException("address '" + shown(text) + "' is no Redis address; such as"
                    + " redis://host:6379, rediss://host, redis-sentinel://host1,host2#name");
        }
        address.setTimeout(timeout);
        address.setClientName("mailstay");
        char[] password = credentials.password();
        if (password != null) {
            String user = credentials.user();
            if (user == null) {
                address.setAuthentication(password);
            } else {
                address.setAuthentication(user, password);
            }
        }
        for (RedisURI sentinel : address.getSentinels()) {
            sentinel.setTimeout(timeout);
            char[] secret = credentials.sentinelPassword();
            if (secret != null) {
                sentinel.setAuthentication(secret);
            }
        }
        return address;
    }

    /** An address without what stands before its @. */
    static String shown(String text) {
        int at = text.lastIndexOf('@');
        if (at < 0) {
            return text;
        }
        int scheme = text.indexOf("://");
        return (scheme < 0 || scheme > at ? "" : text.substring(0, scheme + 3)) + HIDDEN + text.substring(at);
    }

    /** Who we are to Redis; no {@code toString} shows it. */
    static final class Credentials {
        private @Nullable String user;
        private char @Nullable [] password;
        private char @Nullable [] sentinelPassword;

        @Nullable
        String user() {
            return user;
        }

        char @Nullable [] password() {
            return password;
        }

        char @Nullable [] sentinelPassword() {
            return sentinelPassword;
        }

        void user(String value) {
            user = value;
        }

        void password(char[] value) {
            password = value.clone();
        }

        void sentinelPassword(char[] value) {
            sentinelPassword = value.clone();
        }
    }
}
