// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The ready-made settings that come with this library, and the lists that have ended. Thread-safe: never changes. */
public final class ListPresets {
    private static final PresetReader BUILT_IN = read();

    private ListPresets() {}

    /** All, in no special order. */
    public static List<ListPreset> all() {
        return BUILT_IN.presets();
    }

    /** The one of this id. */
    public static Optional<ListPreset> named(String id) {
        return all().stream().filter(preset -> preset.id().equals(id)).findAny();
    }

    /** The list that this one was, if it has ended. */
    public static Optional<EndedList> ended(DnsList list) {
        return ended(list.zone());
    }

    /** The list that had this zone, or one above it, if it has ended. */
    public static Optional<EndedList> ended(String zone) {
        String name = zone.toLowerCase(Locale.ROOT);
        String plain = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return BUILT_IN.ended().stream()
                .filter(list -> plain.equals(list.zone()) || plain.endsWith("." + list.zone()))
                .findAny();
    }

    private static PresetReader read() {
        try (InputStream in = Objects.requireNonNull(ListPresets.class.getResourceAsStream("presets.txt"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            return PresetReader.read(lines.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
