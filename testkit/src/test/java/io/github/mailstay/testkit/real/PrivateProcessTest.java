// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrivateProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final WorkDirectory work = WorkDirectory.create("process-test");

    @AfterEach
    void deleteWork() {
        work.close();
    }

    @Test
    void writesItsOutputToItsLog() {
        try (PrivateProcess process = shell("echo out; echo err >&2; exit 3").start()) {
            assertThat(process.awaitEnd(LIMIT)).isTrue();
            assertThat(process.exitStatus()).contains(3);
            assertThat(process.log()).hasContent("out\nerr");
        }
    }

    @Test
    void showsTheTailOfItsLogIfItEndsBeforeItIsReady() {
        try (PrivateProcess process = shell("seq 100 130; exit 4").start()) {
            assertThatThrownBy(() -> process.awaitReady(() -> false, LIMIT))
                    .isInstanceOf(RealServerException.class)
                    .hasMessageContaining("shell ended with 4")
                    .hasMessageContaining("111")
                    .hasMessageContaining("130")
                    .hasMessageNotContaining("110");
        }
    }

    @Test
    void isNotReadyForEver() {
        try (PrivateProcess process = shell("sleep 600").start()) {
            assertThatThrownBy(() -> process.awaitReady(() -> false, Duration.ofMillis(50)))
                    .isInstanceOf(RealServerException.class)
                    .hasMessageContaining("not ready within");
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void endsItsDescendants() {
        PrivateProcess process =
                shell("sleep 600 & sh -c 'sleep 600; :' & echo up; wait").start();
        awaitUp(process, 3);
        List<ProcessHandle> descendants = process.handle().descendants().toList();

        process.stop();
        process.stop();

        assertThat(descendants).noneMatch(PrivateProcess::isAlive);
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void killsWhatDoesNotFollow() {
        PrivateProcess process = shell("trap '' TERM; echo up; while :; do sleep 0.1; done")
                .grace(Duration.ofMillis(200))
                .start();
        awaitUp(process, 0);

        process.stop();

        assertThat(process.exitStatus()).contains(128 + 9);
    }

    @Test
    void freezesAndThaws() {
        PrivateProcess process = shell("echo up; exec sleep 600").start();
        awaitUp(process, 0);

        process.kill("STOP");
        assertThat(Waiting.until(Waiting.within(LIMIT), () -> state(process) == 'T'))
                .isTrue();
        process.kill("CONT");
        assertThat(Waiting.until(Waiting.within(LIMIT), () -> state(process) == 'S'))
                .isTrue();
        process.kill("STOP");
        process.stop();

        // TERM, though it came while it was frozen.
        assertThat(process.exitStatus()).contains(128 + 15);
    }

    @Test
    @Real("setpriv")
    void runsAsAnotherUser() {
        try (PrivateProcess process = shell("id -un").user("nobody").start()) {
            assertThat(process.awaitEnd(LIMIT)).isTrue();
            assertThat(process.log()).hasContent(Users.isRoot() ? "nobody" : System.getProperty("user.name"));
        }
    }

    @Test
    void namesTheCommandThatIsNotThere() {
        assertThatThrownBy(() -> PrivateProcess.builder(work, "none", List.of("no-such-command-here"))
                        .start())
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("no-such-command-here");
    }

    private PrivateProcess.Builder shell(String script) {
        return PrivateProcess.builder(work, "shell", List.of("sh", "-c", script));
    }

    private static void awaitUp(PrivateProcess process, int descendants) {
        process.awaitReady(
                () -> LogFile.text(process.log()).contains("up")
                        && process.handle().descendants().count() >= descendants,
                LIMIT);
    }

    private static char state(PrivateProcess process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
