// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.net.MailAddress;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.StringLength;

class NormaliserTest {
    private static final String PIECE_SEPARATORS = "-_=+.*/#\"\\@ ";
    private static final List<String> PIECES = List.of(
            "bounce",
            "return",
            "owner",
            "em",
            "mta",
            "SRS0=",
            "SRS1=",
            "+SRS=",
            "prvs=",
            "btv1==",
            "msprvs1=",
            "wiki-",
            "0123a1b2c3",
            "5f2a1b3c",
            "AbCdEf12GhIj34Kl",
            "12345",
            "z12345abc1defa",
            "example.org",
            "=example.org",
            "**",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "ann",
            "john82",
            "b\u00fccher.example",
            "\u0130",
            "\ud83d",
            "--");

    @Property
    void twice_is_once_for_any_text(@ForAll @StringLength(max = 4096) String text) {
        assertTwiceIsOnce(text);
    }

    @Property(tries = 5000)
    void twice_is_once_for_pieces_of_bounce_addresses(@ForAll("pieces") String local, @ForAll("pieces") String domain) {
        assertTwiceIsOnce(local);
        assertTwiceIsOnce(local + "@example.org");
        assertTwiceIsOnce(local + "@" + domain);
    }

    @Property(tries = 50)
    void nothing_is_too_long(@ForAll("pieces") String piece) {
        String text = (piece + "-").repeat(4096 / (piece.length() + 1));
        assertTwiceIsOnce(text + "@example.org");
        assertTwiceIsOnce("ann@" + text);
        assertTwiceIsOnce(text.substring(0, Math.min(text.length(), Normaliser.MAX_LOCAL_PART)) + "@example.org");
    }

    @Property(tries = 2000)
    void people_are_never_taken_for_each_other(@ForAll("people") String one, @ForAll("people") String other) {
        for (String person : List.of(one, other)) {
            MailAddress address = MailAddress.of(person + "@example.org");
            assertThat(Normaliser.normalise(address)).isEqualTo(address);
            assertThat(Normaliser.normalise(MailAddress.of(person.toUpperCase(Locale.ROOT) + "@EXAMPLE.org")))
                    .isEqualTo(address);
        }
    }

    @Property
    void two_mails_of_a_list_are_one_sender(
            @ForAll("lists") String list,
            @ForAll("recipients") String ann,
            @ForAll("recipients") String bob,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<String> one = instances(list, ann, random);
        List<String> other = instances(list, bob, random);
        for (int i = 0; i < one.size(); i++) {
            assertThat(normalised(one.get(i)))
                    .as(one.get(i) + " and " + other.get(i))
                    .isEqualTo(normalised(other.get(i)));
        }
    }

    @Property
    void two_lists_stay_two(
            @ForAll("lists") String one, @ForAll("lists") String other, @ForAll("recipients") String ann) {
        if (!one.equals(other)) {
            assertThat(normalised(one + "-return-7-" + ann + "@example.com"))
                    .isNotEqualTo(normalised(other + "-return-7-" + ann + "@example.com"));
            assertThat(normalised("bounce-" + one + "-5f2a1b3c@example.com"))
                    .isNotEqualTo(normalised("bounce-" + other + "-5f2a1b3c@example.com"));
        }
    }

    @Example
    void the_null_sender_stays_itself() {
        assertThat(Normaliser.normalise(MailAddress.NULL_SENDER)).isSameAs(MailAddress.NULL_SENDER);
        assertThat(normalised("@")).isNotEqualTo(MailAddress.NULL_SENDER);
    }

    @Example
    void beyond_the_limit_only_case_changes() {
        String local = "Bounce-12345-" + "x".repeat(Normaliser.MAX_LOCAL_PART);
        assertThat(normalised(local + "@Example.org")).hasToString(local.toLowerCase(Locale.ROOT) + "@example.org");
    }

    @Provide
    Arbitrary<String> pieces() {
        Arbitrary<String> separators =
                Arbitraries.strings().withChars(PIECE_SEPARATORS).ofMaxLength(2);
        Arbitrary<String> words = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.of(PIECES)),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(6)));
        return Combinators.combine(words, separators)
                .as((word, separator) -> word + separator)
                .list()
                .ofMaxSize(9)
                .map(list -> String.join("", list));
    }

    /** Letters, dots between them, up to four digits at the end; no letters that all marker words need. */
    @Provide
    Arbitrary<String> people() {
        Arbitrary<String> names = Arbitraries.strings()
                .withChars("acdefghijklmnopqstuvwxyz")
                .ofMinLength(1)
                .ofMaxLength(24);
        Arbitrary<String> numbers = Arbitraries.strings().numeric().ofMaxLength(4);
        return Combinators.combine(names.list().ofMinSize(1).ofMaxSize(3), numbers)
                .as((parts, number) -> String.join(".", parts) + number);
    }

    @Provide
    Arbitrary<String> lists() {
        return Arbitraries.of("weekly", "dev", "face", "ade-bad", "cafe.news", "linux2", "a", "list2024", "web2print");
    }

    @Provide
    Arbitrary<String> recipients() {
        Arbitrary<String> local = Arbitraries.of("ann", "john82", "john.82", "anna-lena.b", "r2d2", "x", "4711");
        return Combinators.combine(local, Arbitraries.of("example.org", "mail.example.net", "a-b.example"))
                .as((name, domain) -> name + "=" + domain);
    }

    private static List<String> instances(String list, String recipient, Random random) {
        int number = random.nextInt(1_000_000);
        UUID uuid = new UUID(random.nextLong(), random.nextLong());
        String hex = "0100018" + Long.toHexString(random.nextLong() | Long.MIN_VALUE);
        return List.of(
                list + "-bounces+" + recipient + "@example.com",
                list + "-return-" + number + "-" + recipient + "@example.com",
                "bounce-" + list + "-" + number + "-" + recipient + "@example.com",
                "bounces-" + list + "_" + number + "_" + recipient + "@example.com",
                "bounce-mc.us1_" + number + "." + (number + 7) + "-" + recipient + "@example.com",
                "owner-" + list + "*" + recipient.replace("=", "**").replace('.', '*') + "@example.com",
                hex + "-" + uuid + "-000000@amazonses.com",
                list + "-" + uuid + "@example.com",
                "prvs=" + (1000 + number % 9000) + "a1b2c3=" + list + "@example.com",
                "SRS0=" + Integer.toString(number, 36) + "=" + "AZ" + "=example.org=" + list + "@example.com");
    }

    private static MailAddress normalised(String text) {
        return Normaliser.normalise(MailAddress.of(text));
    }

    private static void assertTwiceIsOnce(String text) {
        MailAddress once = normalised(text);
        assertThat(Normaliser.normalise(once)).isEqualTo(once);
    }
}
