// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;

/** Where Redis is, as lettuce takes it, and as messages may show it: without passwords. Stateless. */
final class Addresses {
    private static final String HIDDEN = "***";

    private Addresses() {}

    /**
     * Reads an address.
     *
     * @param credentials those set apart from it
     * @param timeout of what is sent there, and to its sentinels
     * @throws IllegalArgumentException if it is none; the message does not show a password
     */
    static RedisURI parse(String text, Credentials credentials, Duration timeout) {
        RedisURI address;
        try {
            address = RedisURI.create(text);
        } catch (RuntimeException e) {
            throw none(text); // without the cause, which quotes the text
        }
        // Of "host:port", port being no number, lettuce makes the name of a host.
        String host = address.getHost();
        if (host != null && host.chars().filter(it -> it == ':').count() == 1) {
            throw none(text);
        }
        address.setTimeout(timeout);
        address.setClientName("mailstay");
        List<RedisURI> sentinels = address.getSentinels();
        sentinels.forEach(sentinel -> sentinel.setTimeout(timeout));
        credentials.putInto(address);
        return address;
    }

    private static IllegalArgumentException none(String text) {
        return new IllegalArgumentException("address '" + shown(text)
                + "' is none of Redis's, such as redis://host:6379, rediss://host or"
                + " redis-sentinel://host1,host2#name");
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
}
