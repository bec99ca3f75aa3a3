// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.greylist.ClientIdentity;
import io.github.mailstay.greylist.GreylistListener;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.policy.PolicyRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The alarms of the greylist, as lines of the log that begin with {@code alarm}. Thread-safe. */
final class GreylistAlarms implements GreylistListener {
    private static final Logger log = LoggerFactory.getLogger(GreylistAlarms.class);

    @Override
    public void ceilingReached(PolicyRequest request, Tally tally) {
        log.warn(
                "alarm greylist.ceiling: mail from {} to {} was deferred {} times since {} and passes now; if it comes"
                        + " from a pool of servers, allow them or set greylist.client=host",
                printable(request.value("sender")),
                printable(request.value("recipient")),
                tally.count(),
                tally.firstCounted());
    }

    @Override
    public void demoted(PolicyRequest request, ClientIdentity client) {
        log.warn("greylist.demoted: {} had earned to pass at once and must wait again", printable(client.toString()));
    }

    @Override
    public void storeFailed(Throwable trouble) {
        log.error(
                "alarm greylist.store: the store fails, greylist.on-failure counts from here on: {}",
                trouble.toString());
    }

    @Override
    public void storeRecovered() {
        log.warn("alarm over greylist.store: the store answers again");
    }

    /** Senders write these values. */
    private static String printable(String text) {
        return text.substring(0, Math.min(text.length(), 320)).replaceAll("[^ -~]", "?");
    }
}
