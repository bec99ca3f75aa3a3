// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads one object of a list of objects; mistakes go to the reader of the whole. Not thread-safe. */
final class ObjectReader {
    private final SettingReader whole;
    private final String path;
    private final ConfigObject object;
    private final Set<String> known = new LinkedHashSet<>();

    ObjectReader(SettingReader whole, String path, ConfigValue object) {
        this.whole = whole;
        this.path = path;
        this.object = (ConfigObject) object;
    }

    /** A value that must be there. */
    Optional<String> required(String key) {
        known.add(key);
        ConfigValue value = object.get(key);
        Optional<String> text = value == null ? Optional.empty() : SettingReader.scalar(value);
        if (text.isEmpty()) {
            whole.mistake(path + "." + key, value == null ? object : value, "is missing; it must be a string");
        }
        return text;
    }

    <T> T read(String key, T otherwise, Function<String, T> parser) {
        known.add(key);
        ConfigValue value = object.get(key);
        if (value == null) {
            return otherwise;
        }
        String text = SettingReader.scalar(value).orElse("");
        return whole.parse(path + "." + key, value, text, otherwise, parser);
    }

    /** A list of strings, or one string. */
    List<String> strings(String key) {
        known.add(key);
        ConfigValue value = object.get(key);
        if (value == null) {
            return List.of();
        }
        List<ConfigValue> elements =
                value instanceof List<?> ? List.copyOf((com.typesafe.config.ConfigList) value) : List.of(value);
        List<String> all = new ArrayList<>();
        for (ConfigValue element : elements) {
            SettingReader.scalar(element)
                    .ifPresentOrElse(
                            all::add, () -> whole.mistake(path + "." + key, element, "must be a string or strings"));
        }
        return all;
    }

    /** A mistake of one of its keys, or of the whole object. */
    void mistake(String key, String what) {
        ConfigValue value = object.get(key);
        whole.mistake(path + "." + key, value == null ? object : value, what);
    }

    void refuseUnknown() {
        object.forEach((key, value) -> {
            if (!known.contains(key)) {
                whole.mistake(path + "." + key, value, "is no setting; known are " + String.join(", ", known));
            }
        });
    }
}
