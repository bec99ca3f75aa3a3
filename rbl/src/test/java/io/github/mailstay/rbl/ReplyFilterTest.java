// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyFilterTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.2, 127.0.0.2, true",
        "127.0.0.2, 127.0.0.3, false",
        "127.0.0.[2..11], 127.0.0.1, false",
        "127.0.0.[2..11], 127.0.0.2, true",
        "127.0.0.[2..11], 127.0.0.11, true",
        "127.0.0.[2..11], 127.0.0.12, false",
        "127.0.[0;1;4..6].2, 127.0.0.2, true",
        "127.0.[0;1;4..6].2, 127.0.5.2, true",
        "127.0.[0;1;4..6].2, 127.0.3.2, false",
        "127.[0..255].[0..255].[0..255], 127.9.8.7, true",
        "127.0.0.2 127.0.0.[10..11], 127.0.0.10, true",
        "127.0.0.2 127.0.0.[10..11], 127.0.0.3, false",
        "any, 127.0.0.2, true",
        "any, 128.0.0.2, false",
        "any, ::1, false",
        "127.0.0.2, ::1, false",
    })
    void matchesAsPostfixDoes(String filter, String address, boolean matches) {
        assertThat(ReplyFilter.parse(filter).matches(address(address))).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.&4, 127.0.0.4, true",
        "127.0.0.&4, 127.0.0.12, true",
        "127.0.0.&4, 127.0.0.255, true",
        "127.0.0.&4, 127.0.0.8, false",
        "127.0.0.&12, 127.0.0.8, true",
        "127.0.0.&12, 127.0.0.3, false",
        "127.0.0.0/24, 127.0.0.255, true",
        "127.0.0.0/24, 127.0.1.0, false",
        "127.0.0.8/29, 127.0.0.7, false",
        "127.0.0.8/29, 127.0.0.8, true",
        "127.0.0.8/29, 127.0.0.15, true",
        "127.0.0.8/29, 127.0.0.16, false",
        "127.0.8.0/21, 127.0.15.255, true",
        "127.0.8.0/21, 127.0.16.0, false",
        "127.0.0.2/32, 127.0.0.2, true",
        "127.0.0.0/8, 127.99.98.97, true",
    })
    void matchesBitsAndNetworks(String filter, String address, boolean matches) {
        assertThat(ReplyFilter.parse(filter).matches(address(address))).isEqualTo(matches);
        ReplyFilter again = ReplyFilter.parse(ReplyFilter.parse(filter).toString());
        assertThat(again.matches(address(address))).as("as it writes itself").isEqualTo(matches);
    }

    @Example
    void errorCodesMayLieWhereNoListingDoes() {
        assertThat(ReplyFilter.parseErrors("127.255.255.[252..255]").matches(address("127.255.255.254")))
                .isTrue();
        assertThatThrownBy(() -> ReplyFilter.parseErrors("any")).hasMessage("any is no set of error codes");
        assertThatThrownBy(() -> ReplyFilter.parseErrors("10.0.0.1")).hasMessageContaining("never matches");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.& | a number is missing (at character 10)",
                "127.0.0.&0 | has a mask without bits (at character 10)",
                "127.0.0.&256 | has a number above 255 (at character 10)",
                "127.0.0.0/7 | has a network of /7, not /8 to /32",
                "127.0.0.0/33 | has a network of /33, not /8 to /32",
                "127.0.0.2/31x | has more than four fields",
                "127.0.0.3/31 | has bits behind its /31",
                "127.0.0.[0..1]/24 | has a network and a set",
                "127.0.0 | a '.' and a further field are missing (at character 8)",
                "127.0.0. | a number is missing (at character 9)",
                "127.0.0.2.3 | has more than four fields (at character 10)",
                "127.0.0.256 | has a number above 255 (at character 9)",
                "127.0.0.99999999999999999999 | has a number above 255 (at character 9)",
                "127.0.0.-2 | a number is missing (at character 9)",
                "127.0.0.[] | a number is missing (at character 10)",
                "127.0.0.[2 | a ';', '..' or ']' is missing (at character 11)",
                "127.0.0.[2..] | a number is missing (at character 13)",
                "127.0.0.[2.4] | a range is written as 2..11 (at character 12)",
                "127.0.0.[4..2] | has a range that ends before it begins (at character 10)",
                "127.0.0.[2,4] | a ';', '..' or ']' is missing (at character 11)",
                "127.0.0.2] | has more than four fields (at character 10)",
                "zen | a number is missing (at character 1)",
                "any any | a number is missing (at character 1)",
                "10.0.0.2 | never matches, no listing is outside 127.0.0.0/8 (at character 1)",
                "127.255.0.2 | never matches, 127.255.0.0/16 are error codes (at character 5)",
            })
    void saysWhatIsWrongAndWhere(String text, String message) {
        assertThatThrownBy(() -> ReplyFilter.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("reply pattern '");
    }

    @Example
    void aFilterHasAPatternAndNotTooMany() {
        assertThatThrownBy(ReplyFilter::parse).hasMessage("a reply filter has 1 to 64 patterns, not 0");
        assertThatThrownBy(() -> ReplyFilter.parse(" ")).hasMessage("a reply filter has 1 to 64 patterns, not 0");
        assertThatThrownBy(() -> ReplyFilter.parse("127.0.0.2 ".repeat(65))).hasMessageContaining("not 65");
    }

    @Example
    void textIsShort() {
        assertThat(ReplyFilter.parse("127.0.0.[3;4;5;9]", " 127.0.[7].2 ")).hasToString("127.0.0.[3..5;9] 127.0.7.2");
        assertThat(ReplyFilter.parse("any")).isSameAs(ReplyFilter.ANY).hasToString("any");
    }

    @Property
    void toStringRoundTrips(@ForAll("patterns") List<Pattern> patterns) {
        ReplyFilter filter =
                ReplyFilter.parse(patterns.stream().map(Pattern::text).toArray(String[]::new));

        assertThat(ReplyFilter.parse(filter.toString()))
                .isEqualTo(filter)
                .hasSameHashCodeAs(filter)
                .hasToString(filter.toString());
    }

    @Property
    void matchesWhatTheNaiveReferenceDoes(
            @ForAll("patterns") List<Pattern> patterns, @ForAll("replies") InetAddress reply) {
        ReplyFilter filter =
                ReplyFilter.parse(patterns.stream().map(Pattern::text).toArray(String[]::new));

        boolean expected = patterns.stream().anyMatch(pattern -> pattern.matches(reply.getAddress()));
        assertThat(filter.matches(reply)).isEqualTo(expected);
        assertThat(filter.names(reply)).isEqualTo(expected);
    }

    @Property
    void anyTextIsReadOrRefusedWithAPosition(@ForAll("texts") String text) {
        try {
            ReplyFilter filter = ReplyFilter.parse(text);
            assertThat(ReplyFilter.parse(filter.toString())).isEqualTo(filter);
        } catch (IllegalArgumentException e) {
            assertThat(e)
                    .hasMessageMatching("a reply filter has .*|reply pattern '[ -~]*': .* \\(at character \\d+\\)");
        }
    }

    /** A field as its members, and as one of the texts for them. */
    record Field(List<Integer> members, String text) {}

    record Pattern(List<Field> fields) {
        String text() {
            return fields.stream().map(Field::text).collect(Collectors.joining("."));
        }

        boolean matches(byte[] octets) {
            return IntStream.range(0, 4).allMatch(i -> fields.get(i).members().contains(octets[i] & 0xff));
        }
    }

    @Provide
    Arbitrary<List<Pattern>> patterns() {
        Arbitrary<Integer> number = Arbitraries.integers().between(0, 12);
        Arbitrary<Field> single = number.map(n -> new Field(List.of(n), "" + n));
        Arbitrary<Field> part =
                Arbitraries.oneOf(single, Combinators.combine(number, number).as((a, b) -> {
                    int from = Math.min(a, b);
                    int to = Math.max(a, b);
                    return new Field(IntStream.rangeClosed(from, to).boxed().toList(), from + ".." + to);
                }));
        Arbitrary<Field> bracket = part.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(parts -> new Field(
                        parts.stream().flatMap(p -> p.members().stream()).toList(),
                        parts.stream().map(Field::text).collect(Collectors.joining(";", "[", "]"))));
        Arbitrary<Field> field = Arbitraries.oneOf(single, bracket);
        Field loopback = new Field(List.of(127), "127");
        return Combinators.combine(field, field, field)
                .as((b, c, d) -> new Pattern(List.of(loopback, b, c, d)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    @Provide
    Arbitrary<InetAddress> replies() {
        return Arbitraries.integers()
                .between(0, 13)
                .list()
                .ofSize(3)
                .map(n -> address("127." + n.get(0) + "." + n.get(1) + "." + n.get(2)));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.strings().withChars("0127.[];- ").ofMaxLength(30)),
                Tuple.of(
                        4,
                        Arbitraries.strings()
                                .withChars("0127.[];")
                                .ofMaxLength(8)
                                .map(s -> "127.0.0." + s)),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(2000)));
    }
}
