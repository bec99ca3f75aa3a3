// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that the system itself refuses, in a process whose files may not grow beyond a limit. */
class SqliteFullDiskTest {
    @TempDir
    private Path directory;

    @Test
    void whatWasAnsweredStaysAndWritingGoesOnWhenThereIsRoom() throws Exception {
        Path output = directory.resolve("output");
        // The soft limit only, in units of 512 bytes or of a KiB: 4 or 8 MiB, enough for the native code of
        // sqlite-jdbc.
        Process child = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -S -f 8192 && exec \"$@\"",
                        "sh",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullDisk.class.getName(),
                        directory.resolve("greylist.db").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).contains("again=false", "after=true all=true");
        try (SqliteGreylistStore store = Stored.open(directory.resolve("greylist.db"))) {
            assertThat(Files.readString(output))
                    .contains("entries="
                            + store.stats().toCompletableFuture().join().entries() + "\n");
        }
    }
}
