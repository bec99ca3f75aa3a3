// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import io.github.mailstay.greylist.DelayTable;
import io.github.mailstay.greylist.Exemption;
import io.github.mailstay.greylist.IdentitySource;
import io.github.mailstay.greylist.list.ClientList;
import io.github.mailstay.greylist.list.ListFileException;
import io.github.mailstay.greylist.list.RecipientList;
import io.github.mailstay.greylist.list.SenderList;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.ReplyText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The reading of {@code greylist.*}. Stateless. */
final class GreylistSection {
    private static final Map<String, Settings.Mode> MODES = SettingsFile.ordered(
            "suspicious", Settings.Mode.SUSPICIOUS, "everyone", Settings.Mode.EVERYONE, "off", Settings.Mode.OFF);
    private static final Map<String, IdentitySource> CLIENTS = SettingsFile.ordered(
            "network",
            IdentitySource.network(),
            "host",
            IdentitySource.host(),
            "sender-domain",
            IdentitySource.senderDomain());
    private static final Map<String, Boolean> NULL_SENDER_AT_DATA = SettingsFile.ordered("rcpt", false, "data", true);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private GreylistSection() {}

    static Settings.Greylisting read(SettingReader reader, Path dataDir) {
        Duration delay = reader.duration("greylist.delay", Duration.ofMinutes(5), SECOND, Duration.ofDays(1));
        DelayTable delays = delays(reader, delay);
        Duration window = reader.duration("greylist.retry-window", Duration.ofDays(2), SECOND, Duration.ofDays(30));
        if (window.compareTo(delays.longest()) <= 0) {
            reader.mistake("greylist.retry-window", "must be longer than greylist.delay and each of greylist.delays");
        }
        Settings.Store store = StoreSection.read(reader);
        Optional<Path> keyFile = reader.read(
                "greylist.key-file",
                Optional.empty(),
                "an absolute path",
                text -> Optional.of(SettingsFile.path(text)));
        if (store.isShared() && keyFile.isEmpty()) {
            reader.mistake("greylist.key-file", "must be given for a shared store: all its daemons need the same key");
        }
        return new Settings.Greylisting(
                reader.choice("greylist.mode", Settings.Mode.SUSPICIOUS, MODES),
                store,
                reader.integer("greylist.max-entries", 200_000, 1000, 100_000_000),
                delays,
                window,
                reader.duration("greylist.lifetime", Duration.ofDays(35), SECOND, Duration.ofDays(3650)),
                keyFile.orElse(dataDir.resolve("greylist.key")),
                reader.choice("greylist.on-failure", FailMode.PASS, SettingsFile.FAIL_MODES),
                reader.choice("greylist.client", IdentitySource.network(), CLIENTS),
                reader.integer("greylist.ipv4-prefix", 24, 8, 32),
                reader.integer("greylist.ipv6-prefix", 64, 16, 128),
                exemptions(reader),
                trust(reader),
                limits(reader, delays.longest()),
                reader.choice("greylist.null-sender-at", false, NULL_SENDER_AT_DATA),
                reader.read("greylist.reply-code", 451, "450 or 451", GreylistSection::replyCode),
                reply(reader));
    }

    private static DelayTable delays(SettingReader reader, Duration delay) {
        Map<Integer, Duration> byScore = new TreeMap<>();
        reader.objects("greylist.delays", object -> {
            int score = object.read("score", 0, text -> {
                if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) == 0) {
                    throw new IllegalArgumentException("'" + text + "' must be a whole number above 0");
                }
                return Integer.parseInt(text);
            });
            Duration atScore = object.read("delay", delay, text -> {
                Duration value = Durations.parse(text, "must be a time as 10m or 1h");
                if (value.compareTo(Duration.ofDays(1)) > 0) {
                    throw new IllegalArgumentException("'" + text + "' must be at most 1d");
                }
                return value;
            });
            byScore.put(score, atScore);
            return Optional.of(score);
        });
        try {
            return DelayTable.of(delay, byScore);
        } catch (IllegalArgumentException e) {
            reader.mistake("greylist.delays", "must each have a score above 0, and a delay that grows with the score");
            return DelayTable.of(delay, Map.of());
        }
    }

    private static List<Exemption> exemptions(SettingReader reader) {
        List<Exemption> all = new ArrayList<>();
        all.addAll(files(reader, "greylist.allow-clients", file -> Exemption.clients(ClientList.parse(file))));
        all.addAll(files(reader, "greylist.allow-senders", file -> Exemption.senders(SenderList.parse(file))));
        all.addAll(files(reader, "greylist.opt-out", file -> Exemption.recipients(RecipientList.parse(file))));
        all.addAll(files(reader, "greylist.opt-in", file -> Exemption.recipientsExcept(RecipientList.parse(file))));
        return all;
    }

    private interface ListReader {
        Exemption read(Path file) throws IOException;
    }

    /** What the files of a setting exempt; each mistake in a file is one of the setting. */
    private static List<Exemption> files(SettingReader reader, String key, ListReader each) {
        List<Exemption> read = new ArrayList<>();
        for (Path file : reader.list(key, List.of(), SettingsFile::path)) {
            try {
                read.add(each.read(file));
            } catch (ListFileException e) {
                e.mistakes().forEach(mistake -> reader.mistake(key, mistake.toString()));
            } catch (IOException e) {
                reader.mistake(
                        key, "'" + file + "' cannot be read: " + e.getClass().getSimpleName());
            }
        }
        return read;
    }

    private static Settings.Trust trust(SettingReader reader) {
        return new Settings.Trust(
                reader.integer("greylist.trust-after", 5, 0, 1000),
                reader.integer("greylist.demote-at", 10, 1, 1_000_000));
    }

    private static Settings.Limits limits(SettingReader reader, Duration longestDelay) {
        int tries = reader.integer("greylist.ceiling-tries", 20, 0, 10_000);
        if (tries == 1) {
            reader.mistake("greylist.ceiling-tries", "must not be 1: nothing would be deferred");
        }
        Duration day = Duration.ofDays(1);
        Duration usual = longestDelay.compareTo(day) < 0 ? day : longestDelay.multipliedBy(2);
        Duration ceiling = reader.duration("greylist.ceiling", usual, SECOND, Duration.ofDays(30));
        if (ceiling.compareTo(longestDelay) <= 0) {
            reader.mistake("greylist.ceiling", "must be longer than greylist.delay and each of greylist.delays");
        }
        return new Settings.Limits(
                ceiling,
                tries == 1 ? 0 : tries,
                reader.integer("greylist.throttle", 0, 0, 1_000_000),
                reader.duration("greylist.throttle-period", Duration.ofHours(1), SECOND, Duration.ofDays(1)));
    }

    private static ReplyText reply(SettingReader reader) {
        String code = reader.read("greylist.reply-status", "4.7.1", "as 4.7.1", text -> {
            if (!text.matches("4\\.[0-9]{1,3}\\.[0-9]{1,3}")) {
                throw new IllegalArgumentException("'" + text + "' must be an enhanced status code as 4.7.1");
            }
            return text;
        });
        return reader.read(
                "greylist.reply-text",
                new ReplyText(code, "Greylisted, please try again later"),
                "a text",
                text -> new ReplyText(code, text));
    }

    private static int replyCode(String text) {
        // 452 means a full mailbox, 421 ends the session; some servers take others of the class for final.
        if (!text.equals("450") && !text.equals("451")) {
            throw new IllegalArgumentException("'" + text + "' must be 450 or 451");
        }
        return Integer.parseInt(text);
    }
}
