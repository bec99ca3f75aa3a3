// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as databases and greylists write them: seconds since 1970, or {@code YYYY-MM-DD HH:MM:SS} with an offset behind
 * it or not ({@code +02}, {@code +0530}, {@code Z}). Between the years 1970 and 9999; fractions of a second are dropped.
 * Stateless.
 */
final class SourceTime {
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final Pattern SECONDS = Pattern.compile("([0-9]{1,12})(?:\\.[0-9]{1,9})?");
    private static final Pattern TIMESTAMP = Pattern.compile(
            "([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\\.[0-9]{1,9})? ?(Z|UTC|[+-][0-9:]{2,6})?");

    private SourceTime() {}

    /** Seconds since 1970. */
    static Instant seconds(String text) {
        Matcher found = SECONDS.matcher(text);
        if (!found.matches()) {
            throw new IllegalArgumentException("a time is no number of seconds");
        }
        return checked(Long.parseLong(found.group(1)));
    }

    /** Either form; a timestamp without an offset is of this zone. */
    static Instant parse(String text, ZoneId zone) {
        Matcher found = TIMESTAMP.matcher(text);
        if (!found.matches()) {
            return seconds(text);
        }
        try {
            LocalDateTime local = LocalDateTime.parse(found.group(1) + "T" + found.group(2));
            String offset = found.group(3);
            ZoneId its = offset == null ? zone : offset.equals("UTC") ? ZoneOffset.UTC : ZoneOffset.of(offset);
            return checked(local.atZone(its).toEpochSecond());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time is no time of the calendar", e);
        }
    }

    private static Instant checked(long second) {
        if (second < 0 || second > LAST_SECOND) {
            throw new IllegalArgumentException("a time is not between the years 1970 and 9999");
        }
        return Instant.ofEpochSecond(second);
    }
}
