// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.Tally;
import java.util.Optional;

/**
 * What a store makes of a {@link Visit}. Immutable.
 *
 * @param sighting what the try was; empty if the client is trusted, and then nothing was recorded
 * @param deferrals how the counter of deferrals stands, if the try was deferred and something counts it
 */
public record Visited(Optional<Sighting> sighting, Optional<Tally> deferrals) {
    /** Of a trusted client. */
    public static final Visited TRUSTED = new Visited(Optional.empty(), Optional.empty());
}
