// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistRules;
import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where a greylist remembers. Implementations are thread-safe. No call blocks, or throws for a reason that lies in the
 * store: the stage fails with a {@link StoreException}. Stages complete on a thread of the store's; what is done there
 * must be short.
 *
 * <p>{@link #record} and {@link #tally} change one key each, in one atomic step. A durable store completes them only
 * once the change would survive a crash. Entries are identified by {@link GreylistKey#tuple} alone.
 *
 * <p>A store shows what it keeps: an entry that has expired may still be found and listed until {@link #expire} has
 * swept it; the rules take no notice of it.
 */
public interface GreylistStore extends AutoCloseable {
    /** The longest page of {@link #list}. */
    int MAX_PAGE = 10_000;

    /**
     * Applies {@link GreylistRules} to a try and remembers the outcome: of any number of
     * first tries at once, exactly one is the first.
     */
    CompletionStage<Sighting> record(GreylistKey key, Attempt attempt);

    /**
     * Counts an event by {@link Tally#next} and tells how the counter stands then.
     *
     * @param minGap events closer together count as one; zero counts each
     * @param ttl how long after its last event a counter is kept, 1 ms to ten years, not shorter than {@code minGap}
     * @throws IllegalArgumentException if a duration is out of its limits
     */
    CompletionStage<Tally> tally(CounterKey key, Instant now, Duration minGap, Duration ttl);

    /**
     * Does what one mail needs: looks whether its client is trusted, records the try if not, counts it if it is
     * deferred, and forgets that counter if the mail passes. Each of these is atomic, all together need not be; stores that can do them in one go override this.
     */
    default CompletionStage<Visited> visit(Visit visit) {
        return Visits.oneByOne(this, visit);
    }

    /** Looks an entry up and changes nothing. It sees whatever was answered before the call. */
    CompletionStage<Optional<GreylistEntry>> find(GreylistKey key);

    /** Looks a counter up and counts nothing. It sees whatever was answered before the call. */
    CompletionStage<Optional<Tally>> find(CounterKey key);

    /** Forgets an entry, and tells whether there was one: the next try begins a new generation. */
    CompletionStage<Boolean> forget(GreylistKey key);

    /** Forgets a counter, and tells whether there was one: the next event counts as the first. */
    CompletionStage<Boolean> forget(CounterKey key);

    /**
     * Takes entries over from elsewhere, each by {@link GreylistRules#merge} with what is known; tells how many were not
     * known. To take the same rows twice is to take them once.
     *
     * @param rows at most {@value #MAX_PAGE}; those with one key twice count one after the other
     * @throws IllegalArgumentException if there are more
     */
    CompletionStage<Integer> merge(List<Page.Row> rows);

    /**
     * Shows the entries page by page, in an order of the store's own. An entry that is there all the while is on one
     * page; only stores without an order of keys (Redis) may show it on a second one, when they are changed meanwhile.
     *
     * @param from {@link Cursor#START}, or where the page before ended
     * @param max about how many rows a page has, 1 to {@value #MAX_PAGE}; a page may hold fewer, or none, and yet not be
     *     the last: {@link Page#next} tells
     * @throws IllegalArgumentException if {@code max} is out of its limits
     */
    CompletionStage<Page> list(Cursor from, int max);

    /** Counts what is there. May read the whole store. */
    CompletionStage<StoreStats> stats();

    /**
     * Removes what has expired, entries and counters, in the next slice of the key space: where the slice before
     * ended, from the start again after the end. Slices make an index on time, which would double the cost of each
     * write, unnecessary. Calls are meant to come one after the other. A store whose engine removes what has expired by itself
     * (Redis) has nothing to do and says that it is complete.
     *
     * @param now entries whose {@code expiresAt} lies before this go
     * @param maxRows how many rows this slice examines at most, at least 1
     * @param budget after this much time the slice ends early, but never before it got ahead by a row
     * @throws IllegalArgumentException if {@code maxRows} or {@code budget} is not above zero
     */
    CompletionStage<Swept> expire(Instant now, int maxRows, Duration budget);

    /**
     * Finishes what was accepted, within a bound that the implementation names, and ends. Calls after this fail.
     * Idempotent.
     */
    @Override
    void close();
}
