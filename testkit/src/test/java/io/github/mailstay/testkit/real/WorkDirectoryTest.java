// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {
    @Test
    void letsOthersIn() throws Exception {
        try (WorkDirectory work = WorkDirectory.create("test")) {
            assertThat(mode(work.path())).isEqualTo("rwxr-xr-x");
            assertThat(mode(work.directory("a/b", "rwx--x---"))).isEqualTo("rwx--x---");
            assertThat(mode(work.write("a/c", "text"))).isEqualTo("rw-r--r--");
        }
    }

    @Test
    void deletesAllButWhatItsLinksLeadTo(@TempDir Path elsewhere) throws Exception {
        Path kept = Files.writeString(elsewhere.resolve("kept"), "text");
        WorkDirectory work = WorkDirectory.create("test");
        work.directory("a/b", "rwxr-xr-x");
        work.write("a/b/c", "text");
        Files.createSymbolicLink(work.path("link"), elsewhere);

        work.close();
        work.close();

        assertThat(work.path()).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void keepsPathsInside() {
        try (WorkDirectory work = WorkDirectory.create("test")) {
            assertThatThrownBy(() -> work.path("a/../../b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a/../../b");
        }
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
