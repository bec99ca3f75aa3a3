// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is drawn while a file is read; time is a number that the test moves. */
class ProgressBarTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();

    private ProgressBar bar(long total) {
        InputStream in = new ByteArrayInputStream(new byte[4 << 20]);
        return new ProgressBar(in, total, new PrintStream(drawn, true, StandardCharsets.UTF_8), nanos::get);
    }

    private String after(ProgressBar bar, int bytes, long millis) throws Exception {
        drawn.reset();
        nanos.addAndGet(millis * 1_000_000);
        assertThat(bar.read(new byte[bytes], 0, bytes)).isEqualTo(bytes);
        return drawn.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aBarOfWhatIsRead() throws Exception {
        ProgressBar bar = bar(4 << 20);
        assertThat(after(bar, 1 << 20, 1000))
                .isEqualTo("\r[##########                              ]  25 %  1.0 MiB, 1.0 MiB/s   ");
        assertThat(after(bar, 1 << 20, 100)).as("a few times a second").isEmpty();
        assertThat(after(bar, 2 << 20, 900))
                .contains("] 100 %  4.0 MiB, 2.0 MiB/s")
                .hasSizeLessThan(80);
        drawn.reset();
        bar.close();
        assertThat(drawn.toString(StandardCharsets.UTF_8)).matches("\r +\r");
    }

    @Test
    void withoutALengthOnlyBytes() throws Exception {
        assertThat(after(bar(-1), 1 << 20, 500)).isEqualTo("\r1.0 MiB, 2.0 MiB/s   ");
    }

    @Test
    void whatIsDoneAtOnceDrawsNothing() throws Exception {
        try (ProgressBar bar = bar(4 << 20)) {
            assertThat(bar.readAllBytes()).hasSize(4 << 20);
        }
        assertThat(drawn.size()).isZero();
    }
}
