// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the results of each list.
 *
 * <p>Concurrency: the map is never changed once made; its adders are what threads meet at. A snapshot is not of one
 * instant, but no count in it is ever ahead of the truth.
 */
final class RblCounters {
    private static final class Adders {
        private final LongAdder listed = new LongAdder();
        private final LongAdder clean = new LongAdder();
        private final LongAdder unknown = new LongAdder();
    }

    private final Map<String, Adders> adders = new LinkedHashMap<>();

    RblCounters(List<DnsList> lists) {
        lists.forEach(list -> adders.put(list.id(), new Adders()));
    }

    void count(RblReport report) {
        for (RblReport.Entry entry : report.entries()) {
            Adders list = adders.get(entry.id());
            if (list != null && !(entry.result() instanceof ListResult.Unasked)) {
                (entry.isListed() ? list.listed : entry.isUnknown() ? list.unknown : list.clean).increment();
            }
        }
    }

    /** By list id, in the order of the lists; unmodifiable. */
    Map<String, ListCounts> snapshot() {
        Map<String, ListCounts> counts = new LinkedHashMap<>();
        adders.forEach(
                (id, list) -> counts.put(id, new ListCounts(list.listed.sum(), list.clean.sum(), list.unknown.sum())));
        return Collections.unmodifiableMap(counts);
    }
}
