// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SmtpReplyReaderTest {
    @Test
    void readsRepliesOfOneAndOfMoreLines() throws IOException {
        assertThat(read("220 hello\r\n")).isEqualTo(new SmtpReply(220, "hello"));
        assertThat(read("250-one\r\n250-\r\n250 three\r\n")).isEqualTo(new SmtpReply(250, "one\n\nthree"));
        assertThat(read("250\n")).isEqualTo(new SmtpReply(250, ""));
        assertThat(read("450 4.7.1 later\r\n250 next\r\n")).isEqualTo(new SmtpReply(450, "4.7.1 later"));
    }

    /** Law: a reply that is cut off anywhere is none, and says that the server hung up. */
    @Test
    void isNothingIfCutOff() {
        String whole = "250-one\r\n250 two\r\n";
        for (int length = 0; length < whole.length(); length++) {
            String part = whole.substring(0, length);
            assertThatThrownBy(() -> read(part)).as(part).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void takesNoEndlessReply() {
        assertThatThrownBy(() -> read("220-one\r\n".repeat(101)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("100 lines");
        assertThatThrownBy(() -> read("220 " + "x".repeat(3000)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("2048 bytes");
    }

    @Test
    void takesNoOtherProtocol() {
        for (String other :
                List.of("* OK\r\n", "99 a\r\n", "2200 a\r\n", "\r\n", "\0\0\0\n", "220_a\r\n", "650 a\r\n")) {
            assertThatThrownBy(() -> read(other))
                    .as(other)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("no SMTP reply");
        }
    }

    /** Law: any bytes are a reply or an IOException. */
    @Property
    void readsAnyBytes(@ForAll("almostReplies") String text) {
        try {
            assertThat(read(text).code()).isBetween(200, 559);
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?s)no SMTP reply.*|the server hung up|a reply.*of more than.*");
        }
    }

    @Provide
    Arbitrary<String> almostReplies() {
        return Arbitraries.of("2", "5", "0", "9", "250", "450", " ", "-", "\r\n", "\n", "\0", "\u00e9", "text")
                .list()
                .ofMaxSize(40)
                .map(parts -> String.join("", parts));
    }

    private static SmtpReply read(String text) throws IOException {
        return SmtpReplyReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))::read);
    }
}
