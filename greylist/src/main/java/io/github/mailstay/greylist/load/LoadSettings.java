// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import io.github.mailstay.greylist.Attempt;
import io.github.mailstay.greylist.GreylistKeys;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** What readers and import must know of the other greylist and of ours. Immutable. */
public final class LoadSettings {
    private final GreylistKeys keys;
    private final Duration sourceDelay;
    private final ZoneId sourceZone;
    private final Duration retryWindow;
    private final Duration lifetime;
    private final int trustAfter;

    private LoadSettings(Builder builder) {
        keys = builder.keys;
        sourceDelay = builder.sourceDelay;
        sourceZone = builder.sourceZone;
        retryWindow = builder.retryWindow;
        lifetime = builder.lifetime;
        trustAfter = builder.trustAfter;
    }

    /** A builder with the usual settings; the keys must be those of the store. */
    public static Builder builder(GreylistKeys keys) {
        return new Builder(keys);
    }

    GreylistKeys keys() {
        return keys;
    }

    Duration sourceDelay() {
        return sourceDelay;
    }

    ZoneId sourceZone() {
        return sourceZone;
    }

    Duration retryWindow() {
        return retryWindow;
    }

    Duration lifetime() {
        return lifetime;
    }

    int trustAfter() {
        return trustAfter;
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private final GreylistKeys keys;
        private Duration sourceDelay = Duration.ofMinutes(5);
        private ZoneId sourceZone = ZoneOffset.UTC;
        private Duration retryWindow = Duration.ofDays(2);
        private Duration lifetime = Duration.ofDays(35);
        private int trustAfter = 5;

        private Builder(GreylistKeys keys) {
            this.keys = keys;
        }

        /** The delay of the other greylist, which tells what has passed there from what waits; 5 minutes unless set. */
        public Builder sourceDelay(Duration value) {
            sourceDelay = checked("sourceDelay", value);
            return this;
        }

        /** The zone of times that name none; UTC unless set. */
        public Builder sourceZone(ZoneId value) {
            sourceZone = value;
            return this;
        }

        /** Our retry window, within which what waits can still pass; 2 days unless set. */
        public Builder retryWindow(Duration value) {
            retryWindow = checked("retryWindow", value);
            return this;
        }

        /** How long we remember what has passed; 35 days unless set. */
        public Builder lifetime(Duration value) {
            lifetime = checked("lifetime", value);
            return this;
        }

        /**
         * After how many passes we trust a client; 5 unless set, 0 for never.
         *
         * @throws IllegalArgumentException if it is not within 0 and 1000
         */
        public Builder trustAfter(int passes) {
            if (passes < 0 || passes > 1000) {
                throw new IllegalArgumentException("trustAfter is " + passes + ", not within 0 and 1000");
            }
            trustAfter = passes;
            return this;
        }

        /** The settings. */
        public LoadSettings build() {
            return new LoadSettings(this);
        }

        private static Duration checked(String setting, Duration value) {
            if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Attempt.MAX) > 0) {
                throw new IllegalArgumentException(setting + " is " + value + ", not between 1 ms and ten years");
            }
            return value;
        }
    }
}
