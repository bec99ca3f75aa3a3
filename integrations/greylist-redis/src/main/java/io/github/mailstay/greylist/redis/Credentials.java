// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;

/** Who we are to Redis, where that is set apart from the address. Not thread-safe; has no text form. */
final class Credentials {
    private @Nullable String user;
    private char @Nullable [] password;
    private char @Nullable [] sentinelPassword;

    void user(String value) {
        user = value;
    }

    void password(char[] value) {
        password = value.clone();
    }

    void sentinelPassword(char[] value) {
        sentinelPassword = value.clone();
    }

    boolean isUserWithoutPassword() {
        return user != null && password == null;
    }

    /** Puts them into an address, in place of what it has. */
    void putInto(RedisURI address) {
        if (password != null && user != null) {
            address.setAuthentication(user, password);
        } else if (password != null) {
            address.setAuthentication(password);
        }
        if (sentinelPassword != null) {
            for (RedisURI sentinel : address.getSentinels()) {
                sentinel.setAuthentication(sentinelPassword);
            }
        }
    }
}
