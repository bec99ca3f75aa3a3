// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads the text of presets, whose format stands at its head. Pure; a mistake is told with its line. */
final class PresetReader {
    private final List<ListPreset> presets = new ArrayList<>();
    private final List<EndedList> ended = new ArrayList<>();
    private LocalDate asOf = LocalDate.EPOCH;
    private Draft draft = new Draft();

    private PresetReader() {}

    private static final class Draft {
        private String id = "";
        private String about = "";
        private String zone = "";
        private String terms = "";
        private Set<Asked> ask = EnumSet.of(Asked.CLIENT_IP);
        private final List<String> sources = new ArrayList<>();
        private final List<ListCode> codes = new ArrayList<>();
        private final List<ListError> errors = new ArrayList<>();
        private final List<TestPoint> tests = new ArrayList<>();
        private boolean wildcardTest = true;
    }

    /**
     * Reads the lines.
     *
     * @throws IllegalArgumentException with the line of the first mistake
     */
    static PresetReader read(List<String> lines) {
        PresetReader reader = new PresetReader();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("(^|\\s)#.*", "").strip();
            try {
                if (line.isEmpty() && lines.get(i).isBlank()) {
                    reader.end();
                } else if (!line.isEmpty()) {
                    String[] words = line.split("\\s+", 2);
                    reader.take(words[0], words.length == 1 ? "" : words[1]);
                }
            } catch (IllegalArgumentException | DateTimeException e) {
                throw new IllegalArgumentException("presets, line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        reader.end();
        return reader;
    }

    List<ListPreset> presets() {
        return List.copyOf(presets);
    }

    List<EndedList> ended() {
        return List.copyOf(ended);
    }

    private void take(String word, String rest) {
        switch (word) {
            case "as-of" -> asOf = LocalDate.parse(rest);
            case "list" -> draft.id = rest;
            case "about" -> draft.about = rest;
            case "zone" -> draft.zone = rest;
            case "terms" -> draft.terms = rest;
            case "source" -> draft.sources.addAll(List.of(rest.split("\\s+", -1)));
            case "ask" -> draft.ask = ask(rest);
            case "code" -> {
                String[] parts = parts(rest, 3);
                draft.codes.add(new ListCode(ReplyFilter.parse(parts[0]), Integer.parseInt(parts[1]), parts[2]));
            }
            case "error" -> {
                String[] parts = parts(rest, 2);
                draft.errors.add(new ListError(ReplyFilter.parseErrors(parts[0]), parts[1]));
            }
            case "test" -> List.of(rest.split("\\s+", -1)).forEach(this::test);
            case "no-wildcard-test" -> draft.wildcardTest = false;
            case "ended" -> {
                String[] parts = parts(rest, 4);
                ended.add(new EndedList(parts[0], parts[1], parts[2], parts[3]));
            }
            default -> throw new IllegalArgumentException("nothing begins with '" + word + "'");
        }
    }

    private static Set<Asked> ask(String words) {
        Set<Asked> ask = EnumSet.noneOf(Asked.class);
        for (String word : words.split("\\s+", -1)) {
            ask.add(Asked.of(word));
        }
        return ask;
    }

    private static String[] parts(String text, int count) {
        String[] parts = text.split("\\s+", count);
        if (parts.length < count) {
            throw new IllegalArgumentException("has " + parts.length + " parts, not " + count);
        }
        return parts;
    }

    private void test(String word) {
        if (word.startsWith("listed=")) {
            draft.tests.add(new TestPoint(word.substring("listed=".length()), true));
        } else if (word.startsWith("not-listed=")) {
            draft.tests.add(new TestPoint(word.substring("not-listed=".length()), false));
        } else if (!word.equals("none")) {
            draft.tests.addAll(TestPoint.named(word));
        }
    }

    private void end() {
        if (draft.id.isEmpty()) {
            return;
        }
        if (draft.zone.isEmpty() || draft.codes.isEmpty() || draft.terms.isEmpty() || draft.sources.isEmpty()) {
            throw new IllegalArgumentException(draft.id + " lacks its zone, a code, its terms or its source");
        }
        if (draft.wildcardTest) {
            draft.tests.add(TestPoint.NOBODY);
        }
        presets.add(new ListPreset(
                draft.id,
                new ListPreset.Notes(draft.about, draft.terms, draft.sources, asOf),
                new ListPreset.Parts(draft.zone, draft.ask, draft.codes, draft.errors, draft.tests)));
        draft = new Draft();
    }
}
