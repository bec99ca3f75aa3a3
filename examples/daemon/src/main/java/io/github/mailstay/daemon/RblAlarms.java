// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.rbl.RblListener;
import io.github.mailstay.rbl.health.ListHealth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The alarms of the lists, as lines of the log that begin with {@code alarm}; each is told once. Thread-safe. */
final class RblAlarms implements RblListener {
    private static final Logger log = LoggerFactory.getLogger(RblAlarms.class);

    @Override
    public void healthChanged(String id, ListHealth before, ListHealth now) {
        if (now.state() == ListHealth.State.DEAD) {
            log.warn("alarm rbl.list {}: {}; it counts as unknown until it has recovered", id, now.why());
        } else if (before.state() == ListHealth.State.DEAD) {
            log.warn(
                    "alarm over rbl.list {}: it answers again, after {} s",
                    id,
                    before.lasting().toSeconds());
        } else {
            log.info("rbl.list {}: {} {}", id, now.state(), now.why());
        }
    }
}
