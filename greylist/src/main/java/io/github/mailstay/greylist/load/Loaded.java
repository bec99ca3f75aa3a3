// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.ClientIdentity;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.net.MailAddress;
import java.time.Instant;

/** One thing that another greylist remembers, in our terms, or a line that holds none. Immutable. */
public sealed interface Loaded {
    /**
     * A triplet, waiting or passed.
     *
     * @param client its client, by network
     * @param sender its sender as the other greylist wrote it
     * @param recipient its recipient, in lower case, since both greylists keep no other
     * @param entry what is remembered
     */
    record Triplet(ClientIdentity client, MailAddress sender, MailAddress recipient, GreylistEntry entry)
            implements Loaded {}

    /**
     * A client that has passed.
     *
     * @param client by network
     * @param passes how often, at least 1; {@link #ENOUGH} for one that is trusted there, however often it passed
     * @param last when it passed last
     */
    record Client(ClientIdentity client, long passes, Instant last) implements Loaded {
        /** As many passes as trust needs. */
        public static final long ENOUGH = Long.MAX_VALUE;

        /** Checks the count. */
        public Client {
            if (passes < 1) {
                throw new IllegalArgumentException("a client's passes count from 1, not " + passes);
            }
        }
    }

    /**
     * A line, or the record that begins with it, that cannot be taken over.
     *
     * @param file the name of the file
     * @param line its number, from 1
     * @param why for a person; never what the line holds
     */
    record Skipped(String file, long line, String why) implements Loaded {
        /** {@code FILE:LINE: why}. */
        @Override
        public String toString() {
            return file + ":" + line + ": " + why;
        }
    }
}
