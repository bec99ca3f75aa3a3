// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Set;

/**
 * How long an answer is kept, counted from when it came; to read it does not prolong that. Immutable.
 *
 * @param min what a shorter TTL is raised to
 * @param max what a longer one is cut to
 * @param failed how long a failure is kept
 */
record Lifetimes(Duration min, Duration max, Duration failed) implements Expiry<String, DnsAnswer> {
    /** Failures of our own, over at any moment: they say nothing of the name. */
    private static final Set<String> OWN = Set.of("busy", "closed");

    /** Zero if it is not to be kept. */
    Duration of(DnsAnswer answer) {
        if (answer instanceof DnsAnswer.Addresses found) {
            return clamped(found.ttl());
        }
        if (answer instanceof DnsAnswer.None none) {
            return clamped(none.ttl());
        }
        return answer instanceof DnsAnswer.Failed why && OWN.contains(why.why()) ? Duration.ZERO : failed;
    }

    private Duration clamped(Duration ttl) {
        if (ttl.compareTo(min) < 0) {
            return min;
        }
        return ttl.compareTo(max) > 0 ? max : ttl;
    }

    @Override
    public long expireAfterCreate(String name, DnsAnswer answer, long now) {
        return of(answer).toNanos();
    }

    @Override
    public long expireAfterUpdate(String name, DnsAnswer answer, long now, long left) {
        return of(answer).toNanos();
    }

    @Override
    public long expireAfterRead(String name, DnsAnswer answer, long now, long left) {
        return left;
    }
}
