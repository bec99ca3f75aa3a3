// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReasonTextTest {
    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("Listed, see http://bl.test/?192.0.2.1", "Listed, see http://bl.test/?192.0.2.1"),
                Arguments.of("caf\u00e9 \u4f60\u597d \ud83d\ude00", "caf\u00e9 \u4f60\u597d \ud83d\ude00"),
                Arguments.of("  a \t b  ", "a b"),
                Arguments.of("a\r\nRSET\r\n", "a RSET"),
                Arguments.of("a\u0000b\u0007c\u001bd\u007fe", "a b c d e"),
                Arguments.of("a\u0080b\u0085c\u009fd", "a b c d"),
                Arguments.of("a\u2028b\u2029c", "a b c"),
                Arguments.of("a\u00a0b\u2003c\u3000d", "a b c d"),
                Arguments.of("a\u061cb\u200ec\u200fd", "a b c d"),
                Arguments.of("a\u202ab\u202bc\u202cd\u202de\u202ef", "a b c d e f"),
                Arguments.of("a\u2066b\u2067c\u2068d\u2069e", "a b c d e"),
                Arguments.of("a\u200bb\u200dc\ufeffd\u00ade", "a b c d e"),
                Arguments.of("", null),
                Arguments.of(" \r\n\u202e ", null));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void whatDoesNotShowIsOneBlank(String text, String line) {
        assertThat(of(bytes(text))).isEqualTo(Optional.ofNullable(line));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatIsNoUtf8IsLeftOut(String hex, String line) {
        assertThat(of(HexFormat.of().parseHex(hex))).isEqualTo(Optional.ofNullable(line));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("61ff62", "ab"),
                Arguments.of("61c362", "ab"),
                Arguments.of("61c3", "a"),
                Arguments.of("61eda08062", "ab"), // a surrogate
                Arguments.of("61c08d62", "ab"), // a carriage return of two octets
                Arguments.of("61f4908080", "a"), // beyond Unicode
                Arguments.of("a962", "b"),
                Arguments.of("ff", null));
    }

    @Test
    void characterStringsAreOneText() {
        byte[] cafe = bytes("caf\u00e9s");
        assertThat(ReasonText.of(List.of(List.of(Arrays.copyOf(cafe, 4), Arrays.copyOfRange(cafe, 4, 6)))))
                .contains("caf\u00e9s");
        assertThat(ReasonText.of(List.of(List.of(new byte[0], bytes("a"), bytes("b")))))
                .contains("ab");
    }

    @Test
    void recordsHaveASlashBetweenThem() {
        assertThat(of(bytes("one "), bytes(" \n"), bytes("two"), new byte[0])).contains("one / two");
        assertThat(ReasonText.of(List.of())).isEmpty();
        assertThat(ReasonText.of(List.of(List.of()))).isEmpty();
    }

    @Test
    void theCutIsAt400OctetsBetweenCharacters() {
        assertThat(of(bytes("a".repeat(400)))).contains("a".repeat(400));
        assertThat(of(bytes("a".repeat(401)))).contains("a".repeat(400));
        assertThat(of(bytes("a".repeat(399) + "\u00e9"))).contains("a".repeat(399));
        assertThat(of(bytes("a".repeat(398) + "\u00e9b"))).contains("a".repeat(398) + "\u00e9");
        assertThat(of(bytes("a".repeat(397) + "\ud83d\ude00"))).contains("a".repeat(397));
        assertThat(of(bytes("a".repeat(399) + " b"))).as("no blank at the end").contains("a".repeat(399));
        assertThat(of(bytes("a".repeat(300)), bytes("b".repeat(300))))
                .contains("a".repeat(300) + " / " + "b".repeat(97));
    }

    @Property
    void whateverComesIsOneHarmlessLineOrNothing(@ForAll("records") List<List<byte[]>> records) {
        assertHarmless(ReasonText.of(records));
    }

    @Property
    void whateverTextComesIsOneHarmlessLineOrNothing(@ForAll List<String> texts) {
        assertHarmless(of(texts.stream().map(ReasonTextTest::bytes).toArray(byte[][]::new)));
    }

    private static void assertHarmless(Optional<String> reason) {
        if (reason.isEmpty()) {
            return;
        }
        String text = reason.get();
        assertThat(text).isNotEmpty().isEqualTo(text.strip()).doesNotContain("  ");
        assertThat(text.codePoints())
                .noneMatch(c -> Character.isISOControl(c)
                        || Character.getType(c) == Character.FORMAT
                        || c == 0x2028
                        || c == 0x2029
                        || (c >= 0xd800 && c <= 0xdfff));
        byte[] octets = encode(text);
        assertThat(octets.length).isBetween(1, 400);
        assertThat(of(octets)).as("once more changes nothing").contains(text);
    }

    /** Fails on what is no UTF-8. */
    private static byte[] encode(String text) {
        try {
            ByteBuffer octets = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[octets.remaining()];
            octets.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new AssertionError(e);
        }
    }

    /** Pieces of UTF-8, good, bad and cut, so that runs and edges come up. */
    @Provide
    Arbitrary<List<List<byte[]>>> records() {
        Arbitrary<byte[]> piece = Arbitraries.of(
                        "61",
                        "20",
                        "2f",
                        "0d0a",
                        "00",
                        "7f",
                        "c285",
                        "e280a8",
                        "e280ae",
                        "c3a9",
                        "c3",
                        "a9",
                        "e4bda0",
                        "f09f9880",
                        "f09f",
                        "ff",
                        "eda080",
                        "2061",
                        "c2a0",
                        "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a")
                .map(HexFormat.of()::parseHex);
        Arbitrary<byte[]> pieces = piece.list().ofMaxSize(120).map(ReasonTextTest::joined);
        Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(255);
        return Arbitraries.oneOf(pieces, any).list().ofMaxSize(4).list().ofMaxSize(4);
    }

    private static byte[] joined(List<byte[]> pieces) {
        ByteBuffer all = ByteBuffer.allocate(
                pieces.stream().mapToInt(piece -> piece.length).sum());
        pieces.forEach(all::put);
        return all.array();
    }

    private static Optional<String> of(byte[]... records) {
        return ReasonText.of(Stream.of(records).map(List::of).toList());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
