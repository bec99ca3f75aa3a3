// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.net.MailAddress;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.ProtocolState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCodecTest {
    private static final String TYPE = "request=smtpd_access_policy\n";

    /** Feeds the bytes in pieces of this size and reads what comes out. */
    private static List<PolicyRequest> decode(byte[] bytes, int piece) throws PolicyProtocolException {
        PolicyRequestDecoder decoder = new PolicyRequestDecoder(PolicyLimits.DEFAULT);
        List<PolicyRequest> requests = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += piece) {
            decoder.feed(ByteBuffer.wrap(bytes, from, Math.min(piece, bytes.length - from)));
            for (PolicyRequest next = decoder.next(); next != null; next = decoder.next()) {
                requests.add(next);
            }
        }
        return requests;
    }

    private static List<PolicyRequest> decode(String text) throws PolicyProtocolException {
        return decode(text.getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE / 2);
    }

    @Test
    void what_postfix_sent_is_read_whatever_the_packets() throws PolicyProtocolException {
        byte[] recorded = Recording.clientBytes("policy-states.txt");
        List<PolicyRequest> requests = decode(recorded, recorded.length);
        assertThat(requests).hasSize(72);
        for (int piece : new int[] {1, 2, 3, 7, 512, 4096}) {
            assertThat(decode(recorded, piece)).isEqualTo(requests);
        }
        assertThat(requests.stream().map(PolicyRequest::protocolState).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(ProtocolState.RCPT, ProtocolState.DATA, ProtocolState.END_OF_MESSAGE);
        PolicyRequest first = requests.get(0);
        assertThat(first.attributes()).hasSize(29).containsEntry("instance", "3f30.6b04f0ea.41bb2.0");
        assertThat(first.clientAddress().orElseThrow().getHostAddress()).isEqualTo("192.0.2.10");
        assertThat(requests).anyMatch(PolicyRequest::isAuthenticated);
        assertThat(requests)
                .anyMatch(r -> r.sender().equals(MailAddress.of("j\u00fcrgen@example.org")))
                .anyMatch(r -> r.sender().isNullSender() && r.protocolState() == ProtocolState.RCPT);
        assertThat(requests)
                .allMatch(r ->
                        !r.isRecipientOfStranger() || r.value("sasl_username").isEmpty());
        // Each read again as it is written.
        for (PolicyRequest request : requests) {
            assertThat(decode(PolicyCodec.encode(request), 100_000)).containsExactly(request);
        }
    }

    @Provide
    Arbitrary<PolicyRequest> requests() {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.of(AttributeNames.KNOWN).filter(n -> !n.equals("request")),
                Arbitraries.strings().withChars("abz_09-").ofMinLength(1).ofMaxLength(20));
        Arbitrary<String> values = Arbitraries.strings()
                .all()
                .ofMaxLength(30)
                .map(v -> v.replaceAll("[\n\0]", "").replaceAll("\r+$", ""))
                .filter(v -> StandardCharsets.UTF_8.newEncoder().canEncode(v));
        return Arbitraries.maps(names, values).ofMaxSize(40).map(attributes -> {
            PolicyRequest.Builder builder = PolicyRequest.builder().attribute("request", PolicyRequest.TYPE);
            attributes.forEach((name, value) -> {
                if (!name.equals("request")) {
                    builder.attribute(name, value);
                }
            });
            return builder.build();
        });
    }

    /** Law: reading what was written gives it back, whole or in pieces, unknown attributes included. */
    @Property(tries = 500)
    void decode_inverts_encode(
            @ForAll("requests") PolicyRequest one,
            @ForAll("requests") PolicyRequest two,
            @ForAll @IntRange(min = 1, max = 50) int piece)
            throws PolicyProtocolException {
        byte[] first = PolicyCodec.encode(one);
        byte[] second = PolicyCodec.encode(two);
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertThat(decode(both, piece)).containsExactly(one, two);
    }

    /** Law: any bytes at all are a request, need more bytes, or are a protocol error; cut anywhere, the outcome is one. */
    @Property(tries = 2000)
    void hostile_bytes_break_nothing(@ForAll("hostile") byte[] bytes, @ForAll @IntRange(min = 1, max = 9) int piece) {
        assertThat(outcome(bytes, piece)).isEqualTo(outcome(bytes, Integer.MAX_VALUE / 2));
    }

    @Provide
    Arbitrary<byte[]> hostile() {
        Arbitrary<String> near = Arbitraries.strings()
                .withChars("a=\r\n\0\u00e9 ")
                .ofMaxLength(20)
                .map(s -> TYPE + s + "\n\n" + TYPE);
        return Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(200),
                near.map(s -> s.getBytes(StandardCharsets.UTF_8)));
    }

    private static Object outcome(byte[] bytes, int piece) {
        try {
            return decode(bytes, piece);
        } catch (PolicyProtocolException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void crlf_is_taken_and_the_first_of_two_counts() throws PolicyProtocolException {
        PolicyRequest request = decode("request=smtpd_access_policy\r\nsender=a\r\nsender=b\r\nx=1=2\r\n\r\n")
                .get(0);
        assertThat(request.attributes()).isEqualTo(Map.of("request", "smtpd_access_policy", "sender", "a", "x", "1=2"));
        assertThat(request.attribute("sender")).hasValue("a");
        assertThat(request.attribute("size")).isEmpty();
    }

    @Test
    void a_value_that_is_no_utf_8_loses_no_byte() throws PolicyProtocolException {
        byte[] bytes = (TYPE + "helo_name=a\u00ff\n\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(decode(bytes, 1).get(0).value("helo_name")).isEqualTo("a\u00ff");
    }

    @ParameterizedTest
    @CsvSource({
        "'\n', an empty request",
        "'request=smtpd_access_policy\nsender\n\n', without '='",
        "'request=smtpd_access_policy\n=x\n\n', name that is empty",
        "'request=smtpd_access_policy\na\u00e9b=x\n\n', not plain ASCII",
        "'sender=a\n\n', not request=smtpd_access_policy",
        "'request=junk_policy\n\n', not request=smtpd_access_policy",
        "'GET / HTTP/1.1\r\nHost: x\r\n\r\n', without '='"
    })
    void what_is_no_request_says_why(String text, String why) {
        assertThatThrownBy(() -> decode(text))
                .isInstanceOf(PolicyProtocolException.class)
                .hasMessageContaining(why);
    }

    @Test
    void a_nul_byte_is_no_request() {
        assertThatThrownBy(() -> decode(TYPE + "sender=a\0b\n\n")).hasMessageContaining("NUL");
        assertThatThrownBy(() -> decode("\0")).hasMessageContaining("NUL");
    }

    @Test
    void limits_hold_before_the_line_or_the_request_is_complete() throws PolicyProtocolException {
        assertThat(decode(TYPE + "sender=" + "x".repeat(4096) + "\n\n")).hasSize(1);
        assertThatThrownBy(() -> decode(TYPE + "sender=" + "x".repeat(4097) + "\n\n"))
                .hasMessageContaining("sender")
                .hasMessageContaining("4096");
        assertThatThrownBy(() -> decode(TYPE + "sender=" + "x".repeat(4300))).hasMessageContaining("4096");
        assertThatThrownBy(() -> decode(TYPE + ("a=" + "x".repeat(1000) + "\n").repeat(66)))
                .hasMessageContaining("65536");
        assertThatThrownBy(() -> decode("x".repeat(129) + "=1\n")).hasMessageContaining("128");
        assertThatThrownBy(() -> new PolicyLimits(10, 10)).hasMessageContaining("maxRequest");
        assertThatThrownBy(() -> new PolicyLimits(2048, 4096)).hasMessageContaining("maxValue");
    }

    @ParameterizedTest
    @CsvSource({"''", "' '", "451", "'DUNNO\n\naction=OK'", "'a\0b'"})
    void a_reply_that_postfix_would_misread_is_not_written(String action) {
        assertThatThrownBy(() -> PolicyCodec.encodeReply(action)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void replies_are_read() throws PolicyProtocolException {
        byte[] reply = PolicyCodec.encodeReply("451 4.7.1 later");
        assertThat(new String(reply, StandardCharsets.US_ASCII)).isEqualTo("action=451 4.7.1 later\n\n");
        for (int length = 0; length < reply.length; length++) {
            assertThat(PolicyCodec.decodeReply(reply, length)).isNull();
        }
        PolicyReply read = PolicyCodec.decodeReply(reply, reply.length);
        assertThat(read).isEqualTo(new PolicyReply("451 4.7.1 later"));
        assertThat(new PolicyReply("451 4.7.1 later").verb()).isEqualTo("451");
        assertThat(new PolicyReply("451 4.7.1 later").text()).isEqualTo("4.7.1 later");
        assertThat(new PolicyReply("DUNNO").verb()).isEqualTo("DUNNO");
        assertThat(new PolicyReply("DUNNO").text()).isEmpty();
        for (String broken : List.of("\n", "x=1\n\n", "action=OK\n\nx")) {
            byte[] bytes = broken.getBytes(StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> PolicyCodec.decodeReply(bytes, bytes.length))
                    .isInstanceOf(PolicyProtocolException.class);
        }
    }

    @Test
    void a_request_cannot_hold_what_could_not_be_sent() {
        PolicyRequest.Builder builder = PolicyRequest.builder();
        for (String name : List.of("", "a=b", "a\nb")) {
            assertThatThrownBy(() -> builder.attribute(name, "x")).isInstanceOf(IllegalArgumentException.class);
        }
        for (String value : List.of("a\nb", "a\0", "a\r")) {
            assertThatThrownBy(() -> builder.attribute("x", value)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
