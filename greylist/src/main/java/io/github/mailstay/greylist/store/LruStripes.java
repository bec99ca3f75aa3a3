// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A bounded map that forgets what was least recently updated, and can be swept of what has expired.
 *
 * <p>Concurrency: keys are spread over stripes by the leading bits of their hash, each stripe a map with its own
 * monitor, held for one map operation or for the copy of one stripe's keys (a thousand or two). {@link #sweep} is for
 * one thread at a time; its caller sees to that.
 *
 * <p>Stripes are ranges of the hash, in its unsigned order, and each holds at most its share of the bound. The hashes
 * are keyed, so nobody can choose theirs to fill one stripe.
 */
final class LruStripes<K, V> {
    private static final int STRIPE_SIZE = 1024;

    private final List<LinkedHashMap<K, V>> stripes;
    private final int perStripe;
    private final int shift;
    private final ToLongFunction<K> hash;
    private final Function<V, Instant> expiry;

    private int sweptStripe;
    private @Nullable Iterator<K> sweptKeys;

    LruStripes(int maxEntries, ToLongFunction<K> hash, Function<V, Instant> expiry) {
        int count = Math.max(1, Math.min(STRIPE_SIZE, Integer.highestOneBit(Math.max(1, maxEntries / STRIPE_SIZE))));
        this.perStripe = maxEntries / count;
        this.shift = Long.SIZE - Integer.numberOfTrailingZeros(count);
        this.hash = hash;
        this.expiry = expiry;
        List<LinkedHashMap<K, V>> maps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            maps.add(new LinkedHashMap<>());
        }
        this.stripes = List.copyOf(maps);
    }

    /** Replaces a value, or {@code null} if there is none, by what the function makes of it, and returns that. */
    V update(K key, Function<@Nullable V, V> change) {
        LinkedHashMap<K, V> stripe = stripes.get(index(hash.applyAsLong(key)));
        synchronized (stripe) {
            V known = stripe.get(key);
            V changed = change.apply(known);
            if (known != null) {
                // Removed first, so that it moves to the young end of the insertion order.
                stripe.remove(key);
            }
            stripe.put(key, changed);
            if (stripe.size() > perStripe) {
                Iterator<K> oldest = stripe.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            return changed;
        }
    }

    @Nullable
    V get(K key) {
        LinkedHashMap<K, V> stripe = stripes.get(index(hash.applyAsLong(key)));
        synchronized (stripe) {
            return stripe.get(key);
        }
    }

    boolean remove(K key) {
        LinkedHashMap<K, V> stripe = stripes.get(index(hash.applyAsLong(key)));
        synchronized (stripe) {
            return stripe.remove(key) != null;
        }
    }

    int stripeCount() {
        return stripes.size();
    }

    /** The stripe in which this hash belongs. */
    int index(long hashBits) {
        // A shift by 64 would be one by 0.
        return shift == Long.SIZE ? 0 : (int) (hashBits >>> shift);
    }

    /** A copy of one stripe, in no particular order. */
    List<Map.Entry<K, V>> copy(int index) {
        LinkedHashMap<K, V> stripe = stripes.get(index);
        synchronized (stripe) {
            List<Map.Entry<K, V>> rows = new ArrayList<>(stripe.size());
            stripe.forEach((key, value) -> rows.add(Map.entry(key, value)));
            return rows;
        }
    }

    /** Examines up to {@code maxRows} further keys; complete once it has been through the last stripe. */
    Swept sweep(Instant now, int maxRows) {
        long examined = 0;
        long removed = 0;
        while (examined < maxRows) {
            LinkedHashMap<K, V> stripe = stripes.get(sweptStripe);
            synchronized (stripe) {
                if (sweptKeys == null) {
                    sweptKeys = new ArrayList<>(stripe.keySet()).iterator();
                }
                while (examined < maxRows && sweptKeys.hasNext()) {
                    examined++;
                    K key = sweptKeys.next();
                    V value = stripe.get(key);
                    if (value != null && now.isAfter(expiry.apply(value))) {
                        stripe.remove(key);
                        removed++;
                    }
                }
                if (sweptKeys.hasNext()) {
                    break;
                }
            }
            sweptKeys = null;
            sweptStripe = (sweptStripe + 1) % stripes.size();
            if (sweptStripe == 0) {
                return new Swept(examined, removed, true);
            }
        }
        return new Swept(examined, removed, false);
    }
}
