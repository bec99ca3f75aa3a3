// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class DeliveredMessageTest {
    // As smtp-sink of Postfix 3.7 wrote it.
    private static final String DUMP = """
            X-Client-Addr: 127.0.0.1
            X-Client-Proto: ESMTP
            X-Helo-Args: mx.rig.test
            X-Mail-Args: <a@example.org> SIZE=321
            X-Rcpt-Args: <b@rig.test> ORCPT=rfc822;b@rig.test
            X-Rcpt-Args: <c@rig.test> ORCPT=rfc822;c@rig.test
            Received: from mx.rig.test ([127.0.0.1])
            \tby smtp-sink (smtp-sink) with ESMTP id 510dd3bd;
            \tTue, 24 Nov 2026 04:15:42 +0000 (UTC)
            Received: from client.example.org (unknown [192.0.2.7])
            \tby mx.rig.test (Postfix) with ESMTP id 9115D20C207;
            \tTue, 24 Nov 2026 04:15:42 +0000 (UTC)
            Subject: test
            X-Rcpt-Args: <forged@rig.test>

            Subject: not a header

            .dot
            last

            """;

    @Test
    void readsEnvelopeHeadersAndBody() {
        DeliveredMessage message = DeliveredMessage.parse(DUMP);

        assertThat(message.sender()).isEqualTo("a@example.org");
        assertThat(message.recipients()).containsExactly("b@rig.test", "c@rig.test");
        assertThat(message.headers("received")).hasSize(2);
        assertThat(message.headers("received").get(1))
                .startsWith("from client.example.org (unknown [192.0.2.7])\nby mx.rig.test");
        assertThat(message.header("SUBJECT")).contains("test");
        assertThat(message.header("X-Rcpt-Args")).contains("<forged@rig.test>");
        assertThat(message.header("X-Mail-Args")).isEmpty();
        assertThat(message.body()).isEqualTo("Subject: not a header\n\n.dot\nlast\n");
    }

    /** Law: a dump that is cut off anywhere is read, and its recipients are a beginning of the whole one's. */
    @Test
    void readsWhatIsCutOff() {
        for (int length = 0; length < DUMP.length(); length++) {
            DeliveredMessage message = DeliveredMessage.parse(DUMP.substring(0, length));
            assertThat(message.recipients()).hasSizeLessThanOrEqualTo(2);
            assertThat(DUMP).contains(message.body().stripTrailing());
        }
    }

    /** Law: any text is a message. */
    @Property
    void readsAnyText(@ForAll @CharRange(from = '\t', to = '?') @StringLength(max = 300) String text) {
        assertThat(DeliveredMessage.parse(text).body()).doesNotEndWith("\n\n");
        assertThat(DeliveredMessage.parse("Received: " + text).recipients()).isEmpty();
    }
}
