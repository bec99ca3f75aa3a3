// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.net;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalPartsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "\"john\"|john",
                "\"jo\\hn\"|john",
                "\"J\u00fcrgen\"|J\u00fcrgen",
                "\"john doe\"|\"john doe\"",
                "\"john\\ doe\"|\"john doe\"",
                "\"a@b\"|\"a@b\"",
                "\".a\"|\".a\"",
                "\"a..b\"|\"a..b\"",
                "\"a.\"|\"a.\"",
                "\"\"|\"\"",
                "\"\\\"john\\\"\"|\"\\\"john\\\"\"",
                "\"jo\"hn\"|\"jo\"hn\"",
                "\"john\\\"|\"john\\\"",
                "\"|\"",
                "\"john|\"john",
                "john doe|john doe",
                "John|John"
            })
    void only_needed_quotes_stay(String localPart, String canonical) {
        assertThat(LocalParts.canonical(localPart)).isEqualTo(canonical);
    }

    @Property
    void twice_is_once(@ForAll("quotable") String localPart) {
        String once = LocalParts.canonical(localPart);
        assertThat(LocalParts.canonical(once)).isEqualTo(once);
    }

    @Provide
    Arbitrary<String> quotable() {
        return Arbitraries.strings().withChars("\"\\a. @\u00fc").ofMaxLength(12);
    }
}
