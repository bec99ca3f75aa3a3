// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was configured, as values that know where they stand: a HOCON file, and {@code --set key=value} above it.
 * Immutable.
 */
final class ConfigTree {
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");
    private static final Pattern SET_ORIGIN = Pattern.compile("(--set:\\d+).*");

    private final Config config;

    private ConfigTree(Config config) {
        this.config = config;
    }

    /**
     * Reads the file, if one is given, and lays the sets over it; a later one wins.
     *
     * @throws SettingsException if the file cannot be read or either is no HOCON
     */
    static ConfigTree read(Optional<Path> file, List<String> sets) throws SettingsException {
        Config config = file.isPresent() ? readFile(file.get()) : ConfigFactory.empty();
        for (int i = 0; i < sets.size(); i++) {
            config = readSet("--set:" + (i + 1), sets.get(i)).withFallback(config);
        }
        try {
            return new ConfigTree(config.resolve());
        } catch (ConfigException e) {
            throw syntax(e, file.map(Path::toString).orElse("--set"));
        }
    }

    /** The value at a path, {@code null} in the file counting as absent. */
    Optional<ConfigValue> value(String path) {
        return config.hasPath(path) ? Optional.of(config.getValue(path)) : Optional.empty();
    }

    /** The same values, to be read typed. */
    Config config() {
        return config;
    }

    /** All values that are no objects, by their full path. */
    Map<String, ConfigValue> leaves() {
        Map<String, ConfigValue> leaves = new TreeMap<>();
        collect("", config.root(), leaves);
        return leaves;
    }

    /** {@code FILE:LINE} or {@code --set:N}. */
    static String where(ConfigOrigin origin) {
        Matcher set = SET_ORIGIN.matcher(origin.description());
        if (set.matches()) {
            return set.group(1);
        }
        String name = origin.filename() == null ? origin.description() : origin.filename();
        return name + ":" + Math.max(1, origin.lineNumber());
    }

    private static void collect(String prefix, ConfigObject object, Map<String, ConfigValue> leaves) {
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            String path = prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey();
            if (entry.getValue() instanceof ConfigObject inner && !inner.isEmpty()) {
                collect(path, inner, leaves);
            } else {
                leaves.put(path, entry.getValue());
            }
        }
    }

    private static Config readFile(Path file) throws SettingsException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new SettingsException(List.of(new Mistake(file + ":1", "config", "the file cannot be read")));
        }
        try {
            return ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
        } catch (ConfigException e) {
            throw syntax(e, file.toString());
        }
    }

    private static Config readSet(String where, String set) throws SettingsException {
        int equals = set.indexOf('=');
        String key = equals < 0 ? set : set.substring(0, equals);
        if (equals < 0 || !KEY.matcher(key).matches()) {
            throw new SettingsException(
                    List.of(new Mistake(where, key, "is no key=value with a key as policy.listen")));
        }
        String value = set.substring(equals + 1);
        // Lists, objects and quoted strings are HOCON. Anything else is taken as it stands, since HOCON would stumble
        // over the ':' of an address and end a value at '#' or '//'.
        boolean hocon = value.startsWith("[") || value.startsWith("{") || value.startsWith("\"");
        try {
            return ConfigFactory.parseString(
                    key + "=" + (hocon ? value : ConfigUtil.quoteString(value)),
                    ConfigParseOptions.defaults().setOriginDescription(where));
        } catch (ConfigException e) {
            throw syntax(e, where);
        }
    }

    private static SettingsException syntax(ConfigException e, String fallback) {
        String where = e.origin() == null ? fallback + ":1" : where(e.origin());
        // The message repeats the origin in front.
        String message = String.valueOf(e.getMessage()).replace('\n', ' ');
        if (e.origin() != null && message.startsWith(e.origin().description() + ": ")) {
            message = message.substring(e.origin().description().length() + 2);
        }
        return new SettingsException(List.of(new Mistake(where, "syntax", message)));
    }
}
