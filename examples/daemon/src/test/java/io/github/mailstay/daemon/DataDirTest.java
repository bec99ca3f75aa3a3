// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirTest {
    @TempDir
    private Path dir;

    @Test
    void native_code_goes_to_the_cache_directory_and_never_to_run() throws Exception {
        Path cache = Files.createDirectory(dir.resolve("cache"));
        try (DataDir data = DataDir.open(dir.resolve("data"))) {
            assertThat(data.nativeDir(Map.of("RUNTIME_DIRECTORY", dir + "/run", "CACHE_DIRECTORY", cache + ":/x")))
                    .isEqualTo(cache.resolve("native"));
            assertThat(data.nativeDir(Map.of("RUNTIME_DIRECTORY", dir + "/run")))
                    .isEqualTo(dir.resolve("data/native"));
        }
        assertThat(dir.resolve("run")).doesNotExist();
    }

    @Test
    void what_a_killed_daemon_left_is_removed_and_nothing_else() throws Exception {
        try (DataDir data = DataDir.open(dir)) {
            Path directory = data.nativeDir(Map.of());
            Files.createFile(directory.resolve("sqlite-1-libsqlitejdbc.so"));
            Files.createFile(directory.resolve("mine"));
            data.nativeDir(Map.of());
            assertThat(directory).isDirectoryContaining(file -> file.endsWith("mine"));
            assertThat(directory.resolve("sqlite-1-libsqlitejdbc.so")).doesNotExist();
        }
    }

    @Test
    void one_holds_it_at_a_time() throws Exception {
        try (DataDir first = DataDir.open(dir)) {
            assertThatThrownBy(() -> DataDir.open(dir))
                    .isInstanceOfSatisfying(
                            StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.TEMPFAIL));
            assertThat(first.resolve("x")).isEqualTo(dir.resolve("x"));
        }
        DataDir.open(dir).close();
    }
}
