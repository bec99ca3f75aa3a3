// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another process does, looking every 20 ms, never without a deadline. Stateless. */
final class Waiting {
    private static final long PAUSE_MILLIS = 20;

    private Waiting() {}

    /** Whether {@code condition} held before the deadline; it is looked at once at least. */
    static boolean until(Deadline deadline, BooleanSupplier condition) {
        return forSome(deadline, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty())
                .isPresent();
    }

    /** The first value found before the deadline; empty if there was none. */
    static <T> Optional<T> forSome(Deadline deadline, Supplier<Optional<T>> search) {
        while (true) {
            Optional<T> found = search.get();
            if (found.isPresent() || deadline.isOver()) {
                return found;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RealServerException("interrupted while waiting", e);
            }
        }
    }

    /** As {@link Deadline#in(Duration)}; a limit that is not positive is an error. */
    static Deadline within(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("limit must be positive, not " + limit);
        }
        return Deadline.in(limit);
    }
}
