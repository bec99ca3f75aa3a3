// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * A lookup that remembers what another one answered, and asks it once where several ask the same at the same time.
 * Thread-safe. It closes nothing: who made the other lookup closes that.
 *
 * <p>Kept are addresses for their TTL, and "none" for that of the zone's SOA record (RFC 2308 section 5), both within
 * the bounds that are set, and failures for a few seconds (RFC 9520 section 3.2), but {@code busy} and {@code closed},
 * which say nothing of the name. The lower bound goes beyond the RFCs on purpose: a client that tries again and again is
 * not worth a question each time to a list that says "0". A kept answer is given as it came, its TTL not counted down.
 *
 * <p>Names differ only by more than the case of ASCII letters (RFC 4343). They are kept as keys, in memory only, and are
 * in no text.
 *
 * <p>Concurrency: a question under way is in {@code open} under its name, put there by the one thread that then asks;
 * whoever finds it gets a stage that depends on it, so that to complete or cancel his own harms nobody. The end comes in
 * this order: the answer is kept, the question leaves {@code open}, the stages complete. So who finds the name in
 * neither, and then has put his own question into {@code open}, looks into the cache once more: if another question has
 * ended in between, its answer is there. No lock is held while the other lookup or a caller's code runs.
 */
public final class CachedLookup implements DnsLookup {
    private static final DnsAnswer FAILED = new DnsAnswer.Failed("lookup-failed");
    private static final DnsAnswer TIMEOUT = new DnsAnswer.Failed("timeout");

    private final DnsLookup lookup;
    private final Lifetimes lifetimes;
    private final Cache<String, DnsAnswer> cache;
    private final ConcurrentMap<String, CompletableFuture<DnsAnswer>> open = new ConcurrentHashMap<>();
    private final LongAdder asked = new LongAdder();
    private final LongAdder joined = new LongAdder();
    private final LongAdder cached = new LongAdder();

    private CachedLookup(Builder builder) {
        lookup = builder.lookup;
        lifetimes = new Lifetimes(builder.minTtl, builder.maxTtl, builder.failedTtl);
        LongSupplier clock = builder.nanoClock;
        cache = Caffeine.newBuilder()
                .maximumWeight(builder.maxEntries)
                .weigher((String name, DnsAnswer answer) -> answer instanceof DnsAnswer.Addresses found
                        ? found.addresses().size()
                        : 1)
                .expireAfter(lifetimes)
                .ticker(clock::getAsLong)
                .executor(Runnable::run) // no thread of its own: who asks tidies up, a little at a time
                .build();
    }

    /** A builder for a cache in front of this lookup. */
    public static Builder builder(DnsLookup lookup) {
        return new Builder(lookup);
    }

    /**
     * Answers from memory, or asks. Who joins a question that is under way shares its deadline too, which may be earlier
     * than his own, or later: he keeps his time himself, as all callers of a {@link DnsLookup} do.
     *
     * @return completes by the deadline of the question, never exceptionally: {@link DnsAnswer.Failed} says
     *     {@code timeout} if the other lookup let that pass, and {@code lookup-failed} if it threw or its stage failed
     */
    @Override
    public CompletionStage<DnsAnswer> lookup(String absoluteName, Deadline deadline) {
        String name = CacheKey.of(absoluteName);
        DnsAnswer known = cache.getIfPresent(name);
        if (known != null) {
            cached.increment();
            return CompletableFuture.completedStage(known);
        }
        if (deadline.isOver()) {
            return CompletableFuture.completedStage(TIMEOUT); // others must not join a question without time
        }
        CompletableFuture<DnsAnswer> question = new CompletableFuture<>();
        CompletableFuture<DnsAnswer> other = open.putIfAbsent(name, question);
        if (other != null) {
            joined.increment();
            return other.copy();
        }
        known = cache.getIfPresent(name);
        if (known != null) {
            cached.increment();
            end(name, question, known);
        } else {
            asked.increment();
            ask(name, question, deadline);
        }
        return question.copy();
    }

    /** What became of the questions so far. */
    public CacheCounts counts() {
        return new CacheCounts(asked.sum(), joined.sum(), cached.sum());
    }

    private void ask(String name, CompletableFuture<DnsAnswer> question, Deadline deadline) {
        try {
            var unused = lookup.lookup(name, deadline)
                    .whenComplete((answer, failure) -> answered(name, question, answer == null ? FAILED : answer));
        } catch (RuntimeException e) {
            answered(name, question, FAILED);
        } finally {
            if (!question.isDone()) {
                endInTime(name, question, deadline);
            }
        }
    }

    /** A lookup need not complete at all: nobody may join what is over, nor may it stay in {@code open} for good. */
    private void endInTime(String name, CompletableFuture<DnsAnswer> question, Deadline deadline) {
        CompletableFuture<Void> alarm = new CompletableFuture<Void>()
                .completeOnTimeout(null, Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
        var unused = alarm.thenRun(() -> end(name, question, TIMEOUT));
        var unusedToo = question.thenRun(() -> alarm.complete(null)); // takes it off the timer
    }

    /** On any thread; it may be long after the question's end, and the answer is as good then. */
    private void answered(String name, CompletableFuture<DnsAnswer> question, DnsAnswer answer) {
        if (!lifetimes.of(answer).isZero()) {
            if (answer instanceof DnsAnswer.Failed) {
                // A late failure does not replace what a question behind it has found.
                cache.asMap().putIfAbsent(name, answer);
            } else {
                cache.put(name, answer);
            }
        }
        end(name, question, answer);
    }

    private void end(String name, CompletableFuture<DnsAnswer> question, DnsAnswer answer) {
        open.remove(name, question);
        question.complete(answer);
    }

    /** Collects the settings of a cache. Not thread-safe. */
    public static final class Builder {
        private static final Duration MAX_TTL = Duration.ofDays(1);
        private static final Duration MAX_FAILED_TTL = Duration.ofSeconds(10);
        private static final int MAX_ENTRIES = 10_000_000;

        private final DnsLookup lookup;
        private Duration minTtl = Duration.ofSeconds(30);
        private Duration maxTtl = Duration.ofHours(1);
        private Duration failedTtl = Duration.ofSeconds(3);
        private int maxEntries = 50_000;
        private LongSupplier nanoClock = System::nanoTime;

        private Builder(DnsLookup lookup) {
            this.lookup = lookup;
        }

        /**
         * Sets how long addresses and "none" are kept at least, and at most; 30 s and 1 h unless set. With a least time
         * of 0 an answer whose TTL is 0 is not kept.
         *
         * @throws IllegalArgumentException if not 0 &lt;= min &lt;= max &lt;= 1 day
         */
        public Builder ttl(Duration min, Duration max) {
            if (min.isNegative() || min.compareTo(max) > 0 || max.compareTo(MAX_TTL) > 0) {
                throw new IllegalArgumentException("ttl: " + min + " and " + max + " are not 0 <= min <= max <= 1 day");
            }
            minTtl = min;
            maxTtl = max;
            return this;
        }

        /**
         * Sets how long a failure is kept; 3 s unless set, 0 for not at all.
         *
         * @throws IllegalArgumentException if it is not within 0 and 10 s
         */
        public Builder failedTtl(Duration failedTtl) {
            if (failedTtl.isNegative() || failedTtl.compareTo(MAX_FAILED_TTL) > 0) {
                throw new IllegalArgumentException("failedTtl: " + failedTtl + " is not within 0 and 10 s");
            }
            this.failedTtl = failedTtl;
            return this;
        }

        /**
         * Sets how many answers are kept; 50,000 unless set, one with several addresses counting as that many. Each
         * takes 240 to 400 octets of heap, an IPv4 client's "none" least, so that 50,000 are 20 MB at most. Beyond that,
         * those go that were asked for least.
         *
         * @throws IllegalArgumentException if it is not within 1 and 10000000
         */
        public Builder maxEntries(int maxEntries) {
            if (maxEntries < 1 || maxEntries > MAX_ENTRIES) {
                throw new IllegalArgumentException("maxEntries: " + maxEntries + " is not within 1 and " + MAX_ENTRIES);
            }
            this.maxEntries = maxEntries;
            return this;
        }

        Builder nanoClock(LongSupplier nanoClock) {
            this.nanoClock = nanoClock;
            return this;
        }

        /** The cache, empty. */
        public CachedLookup build() {
            return new CachedLookup(this);
        }
    }
}
