// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;

/** Times as people write them: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 12h}, {@code 2d}. Stateless. */
public final class Durations {
    private Durations() {}

    /**
     * Reads one.
     *
     * @param allowed what the message says of a text that is none
     * @throws IllegalArgumentException if it is none
     */
    public static Duration parse(String text, String allowed) {
        // A number without a unit would be milliseconds to HOCON; nobody means that.
        if (!text.matches("[0-9]{1,9} ?(ms|s|m|h|d)")) {
            throw new IllegalArgumentException("'" + text + "' " + allowed);
        }
        try {
            return ConfigFactory.parseMap(Map.of("x", text)).getDuration("x");
        } catch (ConfigException e) {
            throw new IllegalArgumentException("'" + text + "' " + allowed, e);
        }
    }
}
