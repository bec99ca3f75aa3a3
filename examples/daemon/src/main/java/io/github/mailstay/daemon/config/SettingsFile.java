// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import io.github.mailstay.policy.FailMode;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.PolicyLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The reading of {@link Settings}: names, defaults and bounds of every setting, in one place. Stateless. */
public final class SettingsFile {
    static final Map<String, FailMode> FAIL_MODES = ordered("pass", FailMode.PASS, "defer", FailMode.DEFER);
    private static final Pattern SOCKET_MODE = Pattern.compile("0?[0-7]{3}");
    private static final Duration MS = Duration.ofMillis(1);

    private SettingsFile() {}

    /**
     * Reads file and sets; no file at all gives the defaults.
     *
     * @param environment for {@code STATE_DIRECTORY} and {@code HOME}
     * @throws SettingsException with every mistake there is
     */
    public static Settings read(Optional<Path> file, List<String> sets, Map<String, String> environment)
            throws SettingsException {
        SettingReader reader = new SettingReader(ConfigTree.read(file, sets));
        Path dataDir = reader.read("data-dir", defaultDataDir(environment), "an absolute path", SettingsFile::path);
        Settings settings = new Settings(
                dataDir,
                control(reader, dataDir),
                policy(reader),
                GreylistSection.read(reader, dataDir),
                RblSection.read(reader));
        reader.refuseUnknown();
        if (!reader.mistakes().isEmpty()) {
            throw new SettingsException(reader.mistakes());
        }
        return settings;
    }

    private static Optional<Endpoint.Unix> control(SettingReader reader, Path dataDir) {
        return reader.read("control.listen", defaultControl(dataDir), "unix:/PATH or empty", text -> {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            if (Endpoint.parse(text) instanceof Endpoint.Unix unix) {
                return Optional.of(unix);
            }
            throw new IllegalArgumentException("'" + text + "' is not unix:/PATH; control never listens on a network");
        });
    }

    /** Off if the data-dir's path is too long for a socket in it: all else works without. */
    private static Optional<Endpoint.Unix> defaultControl(Path dataDir) {
        try {
            return Optional.of(new Endpoint.Unix(dataDir.toAbsolutePath().resolve("control.sock")));
        } catch (IllegalArgumentException tooLong) {
            return Optional.empty();
        }
    }

    private static Settings.Policy policy(SettingReader reader) {
        int maxRequest = reader.integer("policy.max-request", 64 * 1024, 1024, 1024 * 1024);
        int maxValue = reader.integer("policy.max-value", 4 * 1024, 256, 1024 * 1024);
        PolicyLimits limits = PolicyLimits.DEFAULT;
        if (maxValue > maxRequest) {
            reader.mistake("policy.max-value", "must not be above policy.max-request");
        } else {
            limits = new PolicyLimits(maxRequest, maxValue);
        }
        return new Settings.Policy(
                reader.list("policy.listen", List.of(Endpoint.parse("inet:127.0.0.1:10023")), Endpoint::parse),
                reader.duration("policy.deadline", Duration.ofSeconds(5), MS.multipliedBy(10), Duration.ofSeconds(90)),
                reader.choice("policy.on-error", FailMode.PASS, FAIL_MODES),
                reader.integer("policy.max-connections", 1000, 1, 100_000),
                limits,
                reader.duration(
                        "policy.idle-timeout", Duration.ofHours(1), Duration.ofSeconds(1001), Duration.ofDays(30)),
                reader.read("policy.socket-mode", "rw-rw-rw-", "an octal mode as 0660", SettingsFile::socketMode),
                reader.read("policy.socket-group", Optional.empty(), "a group", text -> Optional.of(text)));
    }

    private static Path defaultDataDir(Map<String, String> environment) {
        String state = environment.get("STATE_DIRECTORY");
        if (state != null && !state.isEmpty()) {
            // systemd may name several, divided by colons (systemd.exec(5)).
            return Path.of(state.split(":", 2)[0]);
        }
        return Path.of(environment.getOrDefault("HOME", "/var/lib"), ".local/state/mailstay");
    }

    static Path path(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("'" + text + "' must be an absolute path");
        }
        return path.normalize();
    }

    private static String socketMode(String text) {
        if (!SOCKET_MODE.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' must be an octal mode as 0660");
        }
        int bits = Integer.parseInt(text, 8);
        StringBuilder mode = new StringBuilder();
        for (int bit = 8; bit >= 0; bit--) {
            mode.append((bits >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
        }
        return mode.toString();
    }

    @SuppressWarnings("unchecked")
    static <T> Map<String, T> ordered(Object... wordsAndValues) {
        Map<String, T> words = new LinkedHashMap<>();
        for (int i = 0; i < wordsAndValues.length; i += 2) {
            words.put((String) wordsAndValues[i], (T) wordsAndValues[i + 1]);
        }
        return words;
    }
}
