// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListPatternTest {
    /** Unguarded, each of these would outlive the machine. */
    @ParameterizedTest
    @CsvSource({"(a+)+$", "(a|aa)+$", "(a*)*b", "(.*a){25}b", "^(([a-z])+.)+[A-Z]([a-z])+$"})
    void an_expression_that_goes_on_for_ever_does_not_match(String expression) {
        assertThat(ListPattern.of(expression).isFoundIn("a".repeat(200) + "!")).isFalse();
    }

    @Test
    void an_honest_one_is_not_hindered() {
        String name = "a.".repeat(120) + "example.org";
        assertThat(ListPattern.of("^.*?\\.example\\.org$").isFoundIn(name)).isTrue();
        assertThat(ListPattern.of("^(?:a\\.)+example.(?:net|org)$").isFoundIn(name))
                .isTrue();
    }

    @Test
    void the_longest_text_is_255() {
        assertThat(ListPattern.of("x$").isFoundIn("x".repeat(255))).isTrue();
        assertThat(ListPattern.of("x$").isFoundIn("x".repeat(256))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "[[:digit:]], [\\p{Digit}]",
        "[^[:digit:][:xdigit:]_], [^\\p{Digit}\\p{XDigit}_]",
        "[[:^space:]], [\\P{Space}]",
        "[]a], [\\]a]",
        "[^]a], [^\\]a]",
        "a[b]c\\[d&&[e], a[b]c\\[d&&[e]",
        "[\\[\\]], [\\[\\]]",
        "a\\, a\\"
    })
    void perl_s_classes_become_java_s(String perl, String java) {
        assertThat(PerlSyntax.toJava(perl)).isEqualTo(java);
    }
}
