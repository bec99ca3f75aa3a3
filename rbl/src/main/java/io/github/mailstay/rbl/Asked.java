// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What of a client a list is asked about. */
public enum Asked {
    /** Its address: octets or nibbles, last first (RFC 5782 sections 2.1 and 2.4). */
    CLIENT_IP,
    /** Its name, if forward and reverse agree ({@code client_name}). */
    CLIENT_NAME,
    /** The name that its address has, whether that agrees or not ({@code reverse_client_name}). */
    REVERSE_NAME,
    /** What it calls itself ({@code helo_name}). */
    HELO,
    /** The domain of the envelope sender. */
    SENDER_DOMAIN;

    /** As settings write it: {@code client-ip}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a word.
     *
     * @throws IllegalArgumentException if it is none, with those that there are
     */
    public static Asked of(String word) {
        return Arrays.stream(values())
                .filter(asked -> asked.word().equals(word))
                .findAny()
                .orElseThrow(
                        () -> new IllegalArgumentException("'" + word + "' is none of " + String.join(", ", words())));
    }

    private static List<String> words() {
        return Arrays.stream(values()).map(Asked::word).toList();
    }
}
