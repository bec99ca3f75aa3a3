// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A point on a monotonic clock at which an answer is due. Immutable. A wall clock that jumps does not move it.
 */
public final class Deadline {
    private final LongSupplier nanoClock;
    private final long at;

    private Deadline(LongSupplier nanoClock, long at) {
        this.nanoClock = nanoClock;
        this.at = at;
    }

    /** The deadline {@code left} from now by {@link System#nanoTime}. */
    public static Deadline in(Duration left) {
        return in(left, System::nanoTime);
    }

    /** The deadline {@code left} from now by a clock of your own, in nanoseconds. */
    public static Deadline in(Duration left, LongSupplier nanoClock) {
        return new Deadline(nanoClock, nanoClock.getAsLong() + left.toNanos());
    }

    /** What is left; negative once it is over. */
    public Duration left() {
        return Duration.ofNanos(leftNanos());
    }

    /** What is left in nanoseconds; negative once it is over. */
    public long leftNanos() {
        return at - nanoClock.getAsLong();
    }

    /** Whether nothing is left. */
    public boolean isOver() {
        return leftNanos() <= 0;
    }

    /** This deadline, or one {@code left} from now if that is earlier. */
    public Deadline atMost(Duration left) {
        long other = nanoClock.getAsLong() + left.toNanos();
        return other - at < 0 ? new Deadline(nanoClock, other) : this;
    }

    @Override
    public String toString() {
        return left().toMillis() + "ms left";
    }
}
