// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.rbl.dns.DnsAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The ready-made settings: that they can be read, are whole, and mean what the lists' documents say. */
class ListPresetsTest {
    static Stream<ListPreset> presets() {
        return ListPresets.all().stream();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void eachIsWhole(ListPreset preset) {
        assertThat(preset.about()).isNotBlank();
        assertThat(preset.terms()).isNotBlank();
        assertThat(preset.sources()).isNotEmpty().allMatch(source -> source.matches("https?://\\S+"));
        assertThat(preset.asOf()).isEqualTo(LocalDate.of(2026, 11, 24));
        DnsListBuilder builder = preset.builder();
        if (preset.needsKey()) {
            assertThatThrownBy(builder::build).hasMessage("zone of list " + preset.id() + ": missing");
            builder.zone("secret.example.net");
        }
        DnsList list = builder.build();
        assertThat(list.id()).isEqualTo(preset.id());
        assertThat(list.codes()).isNotEmpty();
        assertThat(list.tests()).contains(TestPoint.NOBODY);
        assertThat(list.toString()).doesNotContain("secret");
    }

    @Test
    void theyAreThereByName() throws IOException {
        assertThat(ListPresets.all())
                .hasSizeGreaterThan(20)
                .extracting(ListPreset::id)
                .doesNotHaveDuplicates();
        assertThat(ListPresets.named("spamhaus-zen")).isPresent();
        assertThat(ListPresets.named("nobody")).isEmpty();
        String page = Files.readString(Path.of("../docs/RBL-LISTS.md"));
        assertThat(ListPresets.all()).allMatch(preset -> page.contains("`" + preset.id() + "`"));
    }

    @ParameterizedTest
    @CsvSource({
        "spamhaus-zen, 127.0.0.2, listed=127.0.0.2, 1",
        "spamhaus-zen, 127.0.0.4 127.0.0.11, 'listed=127.0.0.4,127.0.0.11', 2",
        "spamhaus-zen, 127.255.255.254, unknown=error-code:127.255.255.254, 0",
        "spamhaus-dbl, 127.0.1.2, listed=127.0.1.2, 1",
        "spamhaus-dbl, 127.0.1.255, unknown=error-code:127.0.1.255, 0",
        "dnswl, 127.0.5.3, listed=127.0.5.3, -4",
        "dnswl, 127.0.5.0, clean, 0",
        "dnswl, 127.0.0.255, unknown=error-code:127.0.0.255, 0",
        "dnswl, 127.0.10.3, unknown=error-code:127.0.10.3, 0",
        "uribl-multi, 127.0.0.1, unknown=error-code:127.0.0.1, 0",
        "surbl-multi, 127.0.0.3, unknown=error-code:127.0.0.3, 0",
    })
    void codesMeanWhatTheyMean(String preset, String answer, String result, int score) {
        DnsList list = ListPresets.named(preset).orElseThrow().builder().build();
        ListResult found =
                ReplyClassifier.classify(ManualLookup.addresses(answer.split(" ", -1)), list.codes(), list.errors());
        assertThat(found).hasToString(result);
        assertThat(found instanceof ListResult.Listed listed ? listed.weight() : 0)
                .isEqualTo(score);
    }

    @ParameterizedTest
    @CsvSource({
        "spamhaus-zen, 2.0.0.127, 127.0.0.10 127.0.0.4, ''",
        "spamhaus-zen, 1.0.0.127, 127.0.0.2, lists-1.0.0.127",
        "spamhaus-zen, '', 127.0.0.2, lists-anybody",
        "dnswl, 2.0.0.127, 127.0.10.0, ''",
        "dronebl, 2.0.0.127, 127.0.0.1, ''",
        "psbl, 2.0.0.127, '', misses-2.0.0.127",
    })
    void testPointsAreReadAsTheListsKeepThem(String preset, String stem, String answer, String lie) {
        DnsList list = ListPresets.named(preset).orElseThrow().builder().build();
        TestPoint point = list.tests().stream()
                .filter(test -> test.stem().equals(stem))
                .findAny()
                .orElseThrow();
        DnsAnswer given =
                answer.isEmpty() ? new DnsAnswer.None(Duration.ZERO) : ManualLookup.addresses(answer.split(" ", -1));
        assertThat(TestReading.lie(list, point, given).orElse("")).isEqualTo(lie);
    }

    @Test
    void listsThatHaveEndedAreKnownWithAllBelow() {
        assertThat(ListPresets.ended("dul.DNSBL.sorbs.net.").orElseThrow().date())
                .isEqualTo("2024-06-05");
        assertThat(ListPresets.ended("zen.spamhaus.org")).isEmpty();
        assertThat(ListPresets.all())
                .noneMatch(preset -> ListPresets.ended(preset.id()).isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list x | x lacks its zone",
                "nonsense y | nothing begins with 'nonsense'",
                "code 127.0.0.2 1 | has 2 parts",
                "ask moon | 'moon' is none of client-ip",
                "test ip5 | 'ip5' is none of",
                "as-of yesterday | Text 'yesterday'",
            })
    void mistakesAreNamedByLine(String line, String message) {
        assertThatThrownBy(() -> PresetReader.read(List.of("# first", line, "")))
                .hasMessageMatching("presets, line [23]: .*")
                .hasMessageContaining(message);
    }
}
