// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.rbl.DnsList;
import io.github.mailstay.rbl.ListPresets;
import io.github.mailstay.rbl.RblCheck;
import io.github.mailstay.rbl.RblCheckBuilder;
import io.github.mailstay.rbl.dns.CachedLookup;
import io.github.mailstay.rbl.dns.DnsLookup;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the check of the lists together as {@link Settings} say. Stateless. */
final class RblFactory {
    private static final Logger log = LoggerFactory.getLogger(RblFactory.class);

    private RblFactory() {}

    static RblCheck check(Settings settings, DnsLookup lookup) {
        Settings.Rbl rbl = settings.rbl();
        RblCheckBuilder builder = RblCheck.builder()
                .lists(rbl.lists())
                .lookup(lookup)
                .greylistAt(rbl.greylistAt())
                .onUnknown(rbl.onUnknown())
                .deadline(rbl.deadline())
                .skipNetworks(rbl.skipNetworks())
                .scoresThatMatter(scoresThatMatter(settings.greylist()))
                .listener(new RblAlarms());
        rbl.rejectAt().ifPresent(builder::rejectAt);
        if (rbl.cacheEntries() > 0 && !rbl.lists().isEmpty()) {
            // Each list has a cache of its own, since its answers mean what it says they mean.
            int each = Math.max(1, rbl.cacheEntries() / rbl.lists().size());
            builder.cache(
                    inFront -> CachedLookup.builder(inFront).maxEntries(each).build());
        }
        return builder.build();
    }

    /** What the greylist does with a score: the delays that grow with it, and the demotion. */
    private static Set<Integer> scoresThatMatter(Settings.Greylisting greylist) {
        Set<Integer> scores = new HashSet<>(greylist.delays().scores());
        scores.add(greylist.trust().demoteAt());
        return scores;
    }

    static void warn(Settings.Rbl rbl) {
        for (DnsList list : rbl.lists()) {
            ListPresets.ended(list)
                    .ifPresent(ended -> log.warn(
                            "rbl.list {}: it was {}, which ended {}: {}",
                            list.id(),
                            ended.name(),
                            ended.date(),
                            ended.what()));
        }
    }
}
