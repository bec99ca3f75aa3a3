// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.postfix.PolicyClient;
import io.github.mailstay.testkit.real.Real;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An answer leaves only when its triplet is on the disk: seen in the system calls, and by killing. */
@Real("strace")
class DurabilityIT {
    private static final int ANSWERS = 50;

    @TempDir
    private Path dir;

    @Test
    void there_is_an_fsync_before_each_answer_and_a_kill_forgets_none() throws Exception {
        Path trace = dir.resolve("trace.txt");
        List<String> strace = List.of("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace.toString());
        String[] settings = {"policy.listen=inet:127.0.0.1:0", "greylist.mode=everyone", "greylist.delay=1h"};
        try (DaemonProcess daemon = DaemonProcess.start(dir, strace, settings);
                PolicyClient client = PolicyClient.connect(daemon.policy(), Duration.ofSeconds(60))) {
            long before = syncs(trace);
            for (int i = 0; i < ANSWERS; i++) {
                String sender = "s" + i + "@example.org";
                assertThat(client.ask(ContractIT.rcpt("198.51.100.1", sender, "b@example.net"))
                                .verb())
                        .isEqualTo("451");
                // One at a time, so no commit can serve two answers.
                assertThat(syncs(trace) - before).isGreaterThanOrEqualTo(i + 1L);
            }
            // strace ends with what it traces; the daemon itself is its child.
            ProcessHandle.of(daemon.pid()).orElseThrow().descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.kill();
        }
        try (DaemonProcess again = DaemonProcess.start(dir, settings)) {
            DaemonProcess.Result list =
                    DaemonProcess.run(dir, "greylist", "list", "--json", "--set", "data-dir=" + dir.resolve("data"));
            assertThat(list.out().lines()).hasSize(ANSWERS);
            assertThat(again.stop()).isZero();
        }
    }

    private static long syncs(Path trace) throws Exception {
        return Files.readString(trace)
                .lines()
                .filter(line -> line.contains("sync") && line.endsWith("= 0"))
                .count();
    }
}
