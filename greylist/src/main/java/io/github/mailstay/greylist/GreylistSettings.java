// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.policy.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The settings of a {@link Greylist} as {@link GreylistBuilder} collected them, checked against one another. Immutable. */
record GreylistSettings(
        DelayTable delays,
        Duration retryWindow,
        Duration lifetime,
        boolean suspiciousOnly,
        Verdict deferral,
        String host,
        IdentitySource identity,
        List<Exemption> exemptions,
        List<GreylistListener> listeners,
        int trustAfter,
        int demoteAt,
        int maxBegun,
        Duration throttlePeriod,
        Duration ceiling,
        int ceilingTries,
        boolean nullSenderAtData) {
    GreylistSettings {
        exemptions = List.copyOf(exemptions);
        listeners = List.copyOf(listeners);
        // The attempts of later will be checked by the same words; better here than at the first mail.
        var unused = new Attempt(Instant.EPOCH, delays.longest(), retryWindow, lifetime);
        if (ceilingTries > 0
                && (ceiling.compareTo(delays.longest()) <= 0
                        || ceiling.plus(retryWindow).compareTo(Attempt.MAX) > 0)) {
            throw new IllegalArgumentException("ceiling is " + ceiling
                    + ", not longer than the longest delay, which is " + delays.longest()
                    + ", or longer than ten years with the retry window");
        }
    }
}
