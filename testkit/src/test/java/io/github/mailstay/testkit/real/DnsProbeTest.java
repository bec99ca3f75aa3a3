// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DnsProbeTest {
    // 2.a.test A? answered with 127.0.0.2 and 127.0.0.4, and an NS record among the answers (RFC 1035 section 4).
    private static final byte[] ANSWER = HexFormat.of()
            .parseHex("1234" + "8400" + "0001000300000000" + "0132016104746573740000010001"
                    + "c00c0001000100000834" + "00047f000002"
                    + "c00e0002000100000834" + "0005026e73c00e"
                    + "c00c0001000100000834" + "00047f000004");

    @Test
    void readsAddresses() {
        assertThat(parse(ANSWER)).contains(new DnsProbe.Answer(DnsProbe.NOERROR, List.of("127.0.0.2", "127.0.0.4")));
    }

    @Test
    void takesNoAnswerToAnotherQuestion() {
        assertThat(DnsProbe.parse(0x1235, ByteBuffer.wrap(ANSWER))).isEmpty();
    }

    @Test
    void takesNoQuestionForAnAnswer() {
        assertThat(parse(DnsProbe.query(0x1234, "2.a.test"))).isEmpty();
    }

    @Test
    void asksAsRfc1035Says() {
        assertThat(DnsProbe.query(0x1234, "2.a.test"))
                .asHexString()
                .isEqualToIgnoringCase("1234" + "0000" + "0001000000000000" + "0132016104746573740000010001");
        assertThatThrownBy(() -> DnsProbe.query(1, "a..b")).isInstanceOf(IllegalArgumentException.class);
    }

    /** Law: an answer that is cut off anywhere is none. */
    @Test
    void isNothingIfCutOff() {
        for (int length = 0; length < ANSWER.length; length++) {
            assertThat(parse(Arrays.copyOf(ANSWER, length)))
                    .as("%d bytes", length)
                    .isEmpty();
        }
    }

    /** Law: any bytes are read without failing. */
    @Property
    void readsAnyBytes(@ForAll @Size(max = 200) byte[] tail) {
        byte[] message = Arrays.copyOf(ANSWER, 6 + tail.length);
        System.arraycopy(tail, 0, message, 6, tail.length);
        assertThat(parse(message)).isNotNull();
    }

    private static Optional<DnsProbe.Answer> parse(byte[] message) {
        return DnsProbe.parse(0x1234, ByteBuffer.wrap(message));
    }
}
