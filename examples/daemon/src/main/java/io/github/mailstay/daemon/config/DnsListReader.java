// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import com.google.common.base.Splitter;
import io.github.mailstay.rbl.Asked;
import io.github.mailstay.rbl.DnsList;
import io.github.mailstay.rbl.DnsListBuilder;
import io.github.mailstay.rbl.ListCode;
import io.github.mailstay.rbl.ListPreset;
import io.github.mailstay.rbl.ListPresets;
import io.github.mailstay.rbl.ReplyFilter;
import io.github.mailstay.rbl.TestPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The reading of one of {@code rbl.lists}: a preset, with what is wanted otherwise, or a list of one's own. Stateless. */
final class DnsListReader {
    private static final Splitter WORDS = Splitter.onPattern("\\s+").limit(3);

    private DnsListReader() {}

    /**
     * Reads it.
     *
     * @param ids those that are taken
     * @return empty if there are mistakes, which the reader has then
     */
    static Optional<DnsList> read(ObjectReader object, Set<String> ids) {
        Optional<ListPreset> preset = object.read("preset", Optional.empty(), DnsListReader::preset);
        DnsListBuilder builder = preset.map(ListPreset::builder).orElseGet(DnsList::builder);
        Optional<String> id = preset.isPresent()
                ? Optional.of(object.read("id", preset.get().id(), text -> text))
                : object.required("id");
        attempt(object, "id", () -> id.ifPresent(builder::id));
        boolean hasZone = zone(object, builder, preset);
        List<String> ask = object.strings("ask");
        if (!ask.isEmpty()) {
            attempt(object, "ask", () -> builder.ask(asked(ask)));
        }
        codes(object, builder, preset.isPresent());
        List<String> tests = object.strings("test");
        if (!tests.isEmpty()) {
            attempt(object, "test", () -> builder.tests(tests(tests)));
        }
        Duration timeout = object.read(
                "timeout", Duration.ofSeconds(2), text -> Durations.parse(text, "must be a time as 500ms or 2s"));
        attempt(object, "timeout", () -> builder.timeout(timeout));
        if (id.isPresent() && !ids.add(id.get())) {
            object.mistake("id", "'" + id.get() + "' is the id of another list too");
        }
        if (id.isEmpty() || !hasZone) {
            return Optional.empty();
        }
        try {
            return Optional.of(builder.build());
        } catch (IllegalArgumentException alreadySaid) {
            return Optional.empty();
        }
    }

    private static Optional<ListPreset> preset(String text) {
        Optional<ListPreset> preset = ListPresets.named(text);
        if (preset.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' must be one of "
                    + String.join(
                            ", ",
                            ListPresets.all().stream()
                                    .map(ListPreset::id)
                                    .sorted()
                                    .toList()));
        }
        return preset;
    }

    /** From the object, from a file that others cannot read, or from the preset; whether there is one. */
    private static boolean zone(ObjectReader object, DnsListBuilder builder, Optional<ListPreset> preset) {
        Optional<String> zone = object.read("zone", Optional.empty(), Optional::of);
        Optional<String> file = object.read(
                "zone-file", Optional.empty(), text -> Optional.of(SecretFile.read(SettingsFile.path(text))));
        if (zone.isPresent() && file.isPresent()) {
            object.mistake("zone-file", "must not stand beside zone");
        }
        Optional<String> given = zone.or(() -> file);
        if (given.isPresent()) {
            attempt(object, zone.isPresent() ? "zone" : "zone-file", () -> builder.zone(given.get()));
            return true;
        }
        if (preset.isPresent() && !preset.get().needsKey()) {
            return true;
        }
        object.mistake(
                "zone",
                preset.isPresent()
                        ? "is missing: the zone of this list holds your key; give it here or by zone-file"
                        : "is missing; it must be a string");
        return false;
    }

    /** Either codes, or the reply and weight of a list with one meaning; a preset has its own. */
    private static void codes(ObjectReader object, DnsListBuilder builder, boolean isPreset) {
        List<String> reply = object.strings("reply");
        if (!reply.isEmpty()) {
            attempt(object, "reply", () -> builder.reply(ReplyFilter.parse(reply.toArray(new String[0]))));
        }
        Optional<Integer> weight = object.read("weight", Optional.empty(), DnsListReader::weight);
        weight.ifPresent(value -> attempt(object, "weight", () -> builder.weight(value)));
        List<String> codes = object.strings("codes");
        if (!codes.isEmpty()) {
            attempt(
                    object,
                    "codes",
                    () -> builder.codes(codes.stream().map(DnsListReader::code).toList()));
        }
        if ((isPreset || !codes.isEmpty()) && (!reply.isEmpty() || weight.isPresent())) {
            object.mistake(
                    reply.isEmpty() ? "weight" : "reply",
                    "must not stand beside " + (isPreset ? "preset: codes takes the place of its own" : "codes"));
        }
    }

    private static Optional<Integer> weight(String text) {
        if (!text.matches("-?[0-9]{1,6}") || Integer.parseInt(text) == 0) {
            throw new IllegalArgumentException("'" + text + "' must be a whole number, below 0 for an allow list");
        }
        return Optional.of(Integer.parseInt(text));
    }

    private static ListCode code(String text) {
        List<String> parts = WORDS.splitToList(text.strip());
        if (parts.size() < 2) {
            throw new IllegalArgumentException("'" + text + "' must be as '127.0.0.[2..3] 2 what it means'");
        }
        return new ListCode(
                ReplyFilter.parse(parts.get(0)),
                weight(parts.get(1)).orElseThrow(),
                parts.size() == 3 ? parts.get(2) : "");
    }

    private static Set<Asked> asked(List<String> words) {
        Set<Asked> asked = EnumSet.noneOf(Asked.class);
        words.forEach(word -> asked.add(Asked.of(word)));
        return asked;
    }

    private static List<TestPoint> tests(List<String> words) {
        List<TestPoint> points = new ArrayList<>();
        for (String word : words) {
            if (!word.equals("none")) {
                points.addAll(TestPoint.named(word));
            }
        }
        return points;
    }

    private static void attempt(ObjectReader object, String key, Runnable set) {
        try {
            set.run();
        } catch (IllegalArgumentException e) {
            object.mistake(key, String.valueOf(e.getMessage()));
        }
    }
}
