// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.Suspicion;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a message while Postfix asks about its recipients one by one, so that all of them are treated alike:
 * one time of arrival, one suspicion. Known by {@code instance}, sender and client address; requests without an instance
 * are messages of their own.
 *
 * <p>Bounded: {@value #MESSAGES} messages, ten minutes each, and no longer than the shortest delay: who asks again after
 * that with the instance of his first try has waited. One that was forgotten is taken for a new one. Thread-safe through
 * the cache, whose steps on one name are atomic.
 */
final class MessageMemory {
    private static final int MESSAGES = 10_000;

    /** One message. Thread-safe. */
    static final class Message {
        private final Instant arrived;
        private final Optional<Suspicion> suspicion;
        private final AtomicBoolean passed = new AtomicBoolean();
        private volatile boolean held;

        Message(Instant arrived, Optional<Suspicion> suspicion) {
            this.arrived = arrived;
            this.suspicion = suspicion;
        }

        /** When its first recipient was asked about: all its tries are made then. */
        Instant arrived() {
            return arrived;
        }

        /** What was known of its client then. */
        Optional<Suspicion> suspicion() {
            return suspicion;
        }

        /** Whether this is asked for the first time: a pass counts once a message, however many its recipients. */
        boolean isFirstPass() {
            return passed.compareAndSet(false, true);
        }

        /** A recipient was to be deferred, which waits until DATA. */
        void hold() {
            held = true;
        }

        boolean isHeld() {
            return held;
        }
    }

    private final Cache<String, Message> messages = CacheBuilder.newBuilder()
            .maximumSize(MESSAGES)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    private final Duration shortestDelay;

    MessageMemory(Duration shortestDelay) {
        this.shortestDelay = shortestDelay;
    }

    /** The message of this request, made now if it is the first of it. */
    Message of(PolicyRequest request, Supplier<Message> make) {
        if (request.instance().isEmpty()) {
            return make.get();
        }
        Message now = make.get();
        return messages.asMap()
                .compute(name(request), (name, known) -> known != null && isSame(known, now) ? known : now);
    }

    private boolean isSame(Message known, Message now) {
        return now.arrived().isBefore(known.arrived().plus(shortestDelay));
    }

    /** The message of this request, if one of its recipients was asked about. */
    @Nullable
    Message find(PolicyRequest request) {
        return request.instance().isEmpty() ? null : messages.getIfPresent(name(request));
    }

    private static String name(PolicyRequest request) {
        return request.instance() + ' ' + request.value("client_address") + ' ' + request.value("sender");
    }
}
