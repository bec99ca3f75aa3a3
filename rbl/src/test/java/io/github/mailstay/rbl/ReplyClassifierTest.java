// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.rbl.dns.DnsAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyClassifierTest {
    @ParameterizedTest
    @CsvSource({
        // answer, filter, result
        "127.0.0.2, any, listed=127.0.0.2",
        "127.0.0.10 127.0.0.4 127.0.0.2 127.0.0.4, any, 'listed=127.0.0.2,127.0.0.4,127.0.0.10'",
        "127.0.0.10 127.0.0.4, 127.0.0.[2..5], listed=127.0.0.4",
        "127.0.0.10, 127.0.0.[2..5], clean",
        "127.0.10.1, any, listed=127.0.10.1",
        // Not in 127/8: a parked domain, or a resolver that rewrites.
        "203.0.113.9, any, unknown=foreign-address:203.0.113.9",
        "127.0.0.2 203.0.113.9, any, unknown=foreign-address:203.0.113.9",
        "126.255.255.255, any, unknown=foreign-address:126.255.255.255",
        "2001:db8::1, any, unknown=foreign-address:2001:db8::1",
        // Error codes, alone, beside a listing, and in spite of a filter.
        "127.255.255.254, any, unknown=error-code:127.255.255.254",
        "127.255.0.0, any, unknown=error-code:127.255.0.0",
        "127.0.0.2 127.255.255.255, any, unknown=error-code:127.255.255.255",
        "127.0.0.2 127.255.255.252, 127.0.0.2, unknown=error-code:127.255.255.252",
        "127.255.255.254, 127.[0..255].[0..255].[0..255], unknown=error-code:127.255.255.254",
        "127.254.255.254, any, listed=127.254.255.254",
        // Codes of refusal, unless the list is known to mean a listing by them.
        "127.0.0.1, any, unknown=error-code:127.0.0.1",
        "127.0.0.1, 127.0.0.2, unknown=error-code:127.0.0.1",
        "127.0.0.1, 127.0.0.[1..2], listed=127.0.0.1",
        "127.0.0.255, any, unknown=error-code:127.0.0.255",
        "127.0.0.255, 127.0.[0..20].[1..3], unknown=error-code:127.0.0.255",
        "127.0.1.255, any, unknown=error-code:127.0.1.255",
        "127.0.1.255, 127.0.1.[2..255], listed=127.0.1.255",
        "127.0.0.0, any, listed=127.0.0.0",
    })
    void addressesMeanWhatTheyMean(String answer, String filter, String result) {
        assertThat(classify(answer, filter)).hasToString(result);
    }

    @Example
    void noNameIsCleanAndAFailureIsUnknown() {
        assertThat(classify(new DnsAnswer.None(Duration.ZERO), ReplyFilter.ANY)).isEqualTo(ListResult.CLEAN);
        assertThat(classify(new DnsAnswer.Failed("servfail"), ReplyFilter.ANY))
                .isEqualTo(new ListResult.Unknown("servfail"));
    }

    @Example
    void nobodyHasAHundredAddresses() {
        List<InetAddress> many = new ArrayList<>();
        for (int i = 2; i < 102; i++) {
            many.add(address("127.0.0." + i));
        }
        assertThat(classify(new DnsAnswer.Addresses(many, Duration.ZERO), ReplyFilter.ANY))
                .isEqualTo(new ListResult.Unknown("too-many-addresses"));
    }

    /**
     * Recorded from rbldnsd: what it has for 17 queries in 8 zones. That all.rig lists everybody (RFC 6471 section 3.5)
     * only test points could tell.
     */
    @Test
    void recordedAnswersOfRbldnsd() throws IOException {
        Map<String, Integer> results = new TreeMap<>();
        for (String line : recorded()) {
            int colon = line.indexOf(": ");
            String zone = line.substring(line.indexOf(" in ") + 4, colon);
            List<InetAddress> codes = Stream.of(line.substring(colon + 2)
                            .replaceAll("\".*", "")
                            .strip()
                            .split(" ", -1))
                    .filter(word -> !word.isEmpty())
                    .map(TestAddresses::address)
                    .toList();
            DnsAnswer answer = codes.isEmpty()
                    ? new DnsAnswer.None(Duration.ZERO)
                    : new DnsAnswer.Addresses(codes, Duration.ofSeconds(60));
            results.merge(zone + " " + classify(answer, ReplyFilter.ANY), 1, Integer::sum);
        }
        assertThat(results.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()))
                .containsExactly(
                        "17 all.rig listed=127.0.0.2",
                        "15 dom.rig clean",
                        "2 dom.rig listed=127.0.0.2",
                        "17 err.rig unknown=error-code:127.255.255.254",
                        "13 ip4.rig clean",
                        "3 ip4.rig listed=127.0.0.2",
                        "1 ip4.rig listed=127.0.0.4",
                        "15 ip6.rig clean",
                        "2 ip6.rig listed=127.0.0.2",
                        "8 mix.rig clean",
                        "4 mix.rig listed=127.0.0.2",
                        "2 mix.rig listed=127.0.0.3",
                        "3 mix.rig listed=127.0.0.4",
                        "16 multi.rig clean",
                        "1 multi.rig listed=127.0.0.2,127.0.0.4,127.0.0.10",
                        "14 white.rig clean",
                        "3 white.rig listed=127.0.10.1");
    }

    @Property
    void everyAnswerHasExactlyOneResultWhateverItsOrder(
            @ForAll("answers") List<InetAddress> answer, @ForAll("filters") ReplyFilter filter, @ForAll Random random) {
        ListResult result = classify(new DnsAnswer.Addresses(answer, Duration.ZERO), filter);
        List<InetAddress> shuffled = new ArrayList<>(answer);
        Collections.shuffle(shuffled, random);
        shuffled.add(shuffled.get(0));

        assertThat(classify(new DnsAnswer.Addresses(shuffled, Duration.ZERO), filter))
                .isEqualTo(result);
        boolean trouble = answer.stream().anyMatch(a -> isTrouble(a, filter));
        boolean matches = answer.stream().anyMatch(filter::matches);
        if (trouble) {
            assertThat(result).isInstanceOf(ListResult.Unknown.class);
        } else if (matches) {
            assertThat(result).isInstanceOf(ListResult.Listed.class);
            assertThat(((ListResult.Listed) result).codes())
                    .doesNotHaveDuplicates()
                    .isNotEmpty();
        } else {
            assertThat(result).isEqualTo(ListResult.CLEAN);
        }
    }

    /** The rule again, in other words. */
    private static boolean isTrouble(InetAddress address, ReplyFilter filter) {
        String text = address.getHostAddress();
        if (!text.startsWith("127.") || text.startsWith("127.255.")) {
            return true;
        }
        boolean refusal = text.equals("127.0.0.1") || text.equals("127.0.0.255") || text.equals("127.0.1.255");
        return refusal && (filter.toString().equals("any") || !filter.matches(address));
    }

    @Provide
    Arbitrary<List<InetAddress>> answers() {
        Arbitrary<InetAddress> usual = Arbitraries.of(
                        "127.0.0.1",
                        "127.0.0.2",
                        "127.0.0.4",
                        "127.0.0.10",
                        "127.0.0.255",
                        "127.0.1.2",
                        "127.0.1.255",
                        "127.0.10.2",
                        "127.255.255.254",
                        "127.255.255.255",
                        "203.0.113.9",
                        "::1")
                .map(TestAddresses::address);
        Arbitrary<InetAddress> wild =
                Arbitraries.bytes().array(byte[].class).ofSize(4).map(TestAddresses::address);
        Arbitrary<InetAddress> loopback = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(4)
                .map(octets -> {
                    byte[] copy = Arrays.copyOf(octets, 4);
                    copy[0] = 127;
                    return address(copy);
                });
        return Arbitraries.oneOf(usual, loopback, wild).list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<ReplyFilter> filters() {
        return Arbitraries.of("any", "127.0.0.2", "127.0.[0..20].[1..3]", "127.0.1.[2..255]", "127.0.0.[0..255]")
                .map(ReplyFilter::parse);
    }

    /** Of a list with one code. */
    static ListResult classify(DnsAnswer answer, ReplyFilter filter) {
        return ReplyClassifier.classify(answer, List.of(new ListCode(filter, 1, "")), List.of());
    }

    private static ListResult classify(String answer, String filter) {
        List<InetAddress> addresses =
                Stream.of(answer.split(" ", -1)).map(TestAddresses::address).toList();
        return classify(new DnsAnswer.Addresses(addresses, Duration.ofSeconds(60)), ReplyFilter.parse(filter));
    }

    private static List<String> recorded() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ReplyClassifierTest.class.getResourceAsStream("rbldnsd-answers.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
