// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OneTimeTokenTest {
    /** Words of the letters a to f above all: what a rule for hexadecimal digits must not take. */
    private static final List<String> WORDS = List.of(
            "ade",
            "abba",
            "ada",
            "bad",
            "bea",
            "beef",
            "cafe",
            "dad",
            "deed",
            "ed",
            "fab",
            "face",
            "fade",
            "fee",
            "added",
            "decade",
            "facade",
            "defaced",
            "effaced",
            "acceded",
            "deadbeef",
            "bedeutung",
            "newsletter",
            "linux",
            "web",
            "donaudampfschifffahrtsgesellschaft",
            "internationalisation",
            "NewsLetterForYou",
            "McDonald",
            "JohnMcDonald");

    @Test
    void words_are_no_tokens_not_even_with_a_number_at_one_end() {
        for (String word : WORDS) {
            for (String number : List.of("", "7", "82", "2024", "19850412")) {
                assertThat(isToken(word + number)).as(word + number).isEqualTo(isLongHexadecimal(word + number));
                assertThat(isToken(word.toUpperCase(Locale.ROOT) + number)).isEqualTo(isLongHexadecimal(word + number));
                assertThat(isToken(number + word)).as(number + word).isEqualTo(isLongHexadecimal(number + word));
            }
        }
    }

    /** The one exception that the rule makes: 16 hexadecimal characters need one change only. */
    private static boolean isLongHexadecimal(String text) {
        return text.matches("(?i)[0-9a-f]{16,}") && text.matches(".*[0-9].*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "20241103",
                "5f2a1b",
                "a1b2c3",
                "5f2a1b3c",
                "d41d8cd98f00b204e9800998ecf8427e",
                "0a9f3c7e21",
                "abcdefabcdefabc1",
                "kWqEp8ylS2XkRIxL",
                "1axc7k2m9q4w8e3r",
                "qW3eRt5yUi",
                "AbCdEfGhIjKlMnOp"
            })
    void tokens(String text) {
        assertThat(isToken(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r2d2",
                "3com",
                "1und1",
                "b2b",
                "web2mail4you",
                "mp3player",
                "aBaBaBaB",
                "5f2a",
                "j\u00fc1r2g3e4n5x6"
            })
    void names(String text) {
        assertThat(isToken(text)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1234567890123456, true",
        "491701234567890, false",
        "d41d8cd98f00b204, true",
        "deadbeefdeadbeef, false",
        "christopher1985smith2, false",
        "a1b2c3d4e5f6g7h8i9j0, true"
    })
    void only_some_tell_a_machine(String text, boolean telling) {
        assertThat(OneTimeToken.isTelling(text, 0, text.length())).isEqualTo(telling);
    }

    @Test
    void a_uuid_ends_where_its_word_ends() {
        String uuid = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
        assertThat(OneTimeToken.uuidEnd(uuid, 0)).isEqualTo(36);
        assertThat(OneTimeToken.uuidEnd("x-" + uuid + "-1", 2)).isEqualTo(38);
        assertThat(OneTimeToken.uuidEnd(uuid + "0", 0)).isEqualTo(-1);
        assertThat(OneTimeToken.uuidEnd(uuid.replace('-', '_'), 0)).isEqualTo(-1);
        assertThat(OneTimeToken.uuidEnd(uuid.substring(1), 0)).isEqualTo(-1);
    }

    /** The rule is a guess; this says how good, with the same random tokens every time. */
    @ParameterizedTest
    @CsvSource({
        "0123456789abcdef, 8, 90",
        "0123456789abcdef, 12, 98",
        "0123456789abcdef, 16, 99",
        "0123456789abcdefghijklmnopqrstuvwxyz, 16, 92",
        "0123456789abcdefghijklmnopqrstuvwxyz, 20, 97",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, 16, 96",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, 22, 99"
    })
    void most_random_tokens_are_seen(String alphabet, int length, int percent) {
        Random random = new Random(1);
        int seen = 0;
        for (int i = 0; i < 10_000; i++) {
            StringBuilder token = new StringBuilder(length);
            random.ints(length, 0, alphabet.length()).forEach(index -> token.append(alphabet.charAt(index)));
            seen += isToken(token.toString()) ? 1 : 0;
        }
        assertThat(seen).isGreaterThanOrEqualTo(percent * 100);
    }

    private static boolean isToken(String text) {
        return OneTimeToken.isToken(text, 0, text.length());
    }
}
