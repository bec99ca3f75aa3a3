// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads settings one by one and collects every mistake instead of stopping at the first. What it was asked for is what is
 * known; {@link #refuseUnknown} complains of the rest. Not thread-safe.
 */
final class SettingReader {
    private final ConfigTree tree;
    private final Set<String> known = new LinkedHashSet<>();
    private final List<Mistake> mistakes = new ArrayList<>();

    SettingReader(ConfigTree tree) {
        this.tree = tree;
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    String string(String key, String otherwise) {
        return read(key, otherwise, "a string", text -> text);
    }

    /** A value that a parser understands; its IllegalArgumentException's message is the mistake. */
    <T> T read(String key, T otherwise, String allowed, Function<String, T> parser) {
        known.add(key);
        Optional<ConfigValue> value = tree.value(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        return scalar(value.get())
                .map(text -> parse(key, value.get(), text, otherwise, parser))
                .orElseGet(() -> {
                    mistake(key, value.get(), "must be " + allowed);
                    return otherwise;
                });
    }

    int integer(String key, int otherwise, int least, int most) {
        String allowed = "must be a whole number from " + least + " to " + most;
        return read(key, otherwise, allowed.substring("must be ".length()), text -> {
            if (!text.matches("-?[0-9]{1,9}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
                throw new IllegalArgumentException("'" + text + "' " + allowed);
            }
            return Integer.parseInt(text);
        });
    }

    Duration duration(String key, Duration otherwise, Duration least, Duration most) {
        String allowed = "must be a time from " + text(least) + " to " + text(most) + ", as 500ms, 10s, 5m, 12h or 2d";
        return read(key, otherwise, allowed.substring("must be ".length()), text -> {
            Duration value = Durations.parse(text, allowed);
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException("'" + text + "' " + allowed);
            }
            return value;
        });
    }

    /** One of these words. */
    <T> T choice(String key, T otherwise, Map<String, T> words) {
        String allowed = "must be one of " + String.join(", ", words.keySet());
        return read(key, otherwise, allowed.substring("must be ".length()), text -> {
            T value = words.get(text);
            if (value == null) {
                throw new IllegalArgumentException("'" + text + "' " + allowed);
            }
            return value;
        });
    }

    /** A list; a single string counts as a list of one, an empty string as an empty list. */
    <T> List<T> list(String key, List<T> otherwise, Function<String, T> parser) {
        known.add(key);
        Optional<ConfigValue> value = tree.value(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        if (value.get().valueType() == ConfigValueType.STRING) {
            String text = String.valueOf(value.get().unwrapped());
            return text.isEmpty() ? List.of() : parseAll(key, List.of(value.get()), parser);
        }
        if (value.get() instanceof ConfigList elements) {
            return parseAll(key, elements, parser);
        }
        mistake(key, value.get(), "must be a list of strings");
        return otherwise;
    }

    /** A list of objects, each read by a reader of its own whose keys are relative to the object. */
    <T> List<T> objects(String key, Function<ObjectReader, Optional<T>> each) {
        known.add(key);
        Optional<ConfigValue> value = tree.value(key);
        if (value.isEmpty() || String.valueOf(value.get().unwrapped()).isEmpty()) {
            return List.of();
        }
        if (!(value.get() instanceof ConfigList elements)) {
            mistake(key, value.get(), "must be a list of objects");
            return List.of();
        }
        List<T> all = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            ConfigValue element = elements.get(i);
            if (element.valueType() != ConfigValueType.OBJECT) {
                mistake(key, element, "must be a list of objects");
                continue;
            }
            ObjectReader reader = new ObjectReader(this, key, element);
            each.apply(reader).ifPresent(all::add);
            reader.refuseUnknown();
        }
        return all;
    }

    /** Complains of what is configured and was never asked for. */
    void refuseUnknown() {
        for (Map.Entry<String, ConfigValue> leaf : tree.leaves().entrySet()) {
            if (!known.contains(leaf.getKey())) {
                mistake(leaf.getKey(), leaf.getValue(), "is no setting" + suggestion(leaf.getKey(), known));
            }
        }
    }

    void mistake(String key, ConfigValue value, String what) {
        mistakes.add(new Mistake(ConfigTree.where(value.origin()), key, what));
    }

    /** A mistake of a setting that is right by itself but not beside the others. */
    void mistake(String key, String what) {
        String where = tree.value(key).map(v -> ConfigTree.where(v.origin())).orElse("default");
        mistakes.add(new Mistake(where, key, what));
    }

    static Optional<String> scalar(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> Optional.of(String.valueOf(value.unwrapped()));
            default -> Optional.empty();
        };
    }

    /** The known name that takes the fewest edits, if they are few. */
    static String suggestion(String key, Set<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(name -> edits(key, name)))
                .filter(name -> edits(key, name) <= 3)
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    /** Levenshtein's distance. */
    private static int edits(String one, String two) {
        int[] row = new int[two.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= two.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[two.length()];
    }

    private <T> List<T> parseAll(String key, List<ConfigValue> values, Function<String, T> parser) {
        List<T> all = new ArrayList<>();
        for (ConfigValue value : values) {
            Optional<String> text = scalar(value);
            if (text.isEmpty()) {
                mistake(key, value, "must be a list of strings");
                continue;
            }
            try {
                all.add(parser.apply(text.get()));
            } catch (IllegalArgumentException e) {
                mistake(key, value, String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    <T> T parse(String key, ConfigValue value, String text, T otherwise, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            mistake(key, value, String.valueOf(e.getMessage()));
            return otherwise;
        }
    }

    private static String text(Duration duration) {
        if (duration.toDaysPart() > 0 && duration.equals(Duration.ofDays(duration.toDays()))) {
            return duration.toDays() + "d";
        }
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
