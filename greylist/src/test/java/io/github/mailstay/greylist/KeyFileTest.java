// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    @TempDir
    private Path directory;

    @Test
    void isMadePrivateAndReadAgain() throws Exception {
        Path file = directory.resolve("greylist.key");
        KeyHasher made = KeyFile.readOrCreate(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).matches("[0-9a-f]{64}\n");
        assertThat(KeyFile.readOrCreate(file).fingerprint()).isEqualTo(made.fingerprint());
        assertThat(KeyFile.readOrCreate(directory.resolve("other.key")).fingerprint())
                .isNotEqualTo(made.fingerprint());
        try (var files = Files.list(directory)) {
            assertThat(files).as("no draft is left").hasSize(2);
        }
    }

    @Test
    void ofManyMakersOneMakesIt() throws Exception {
        Path file = directory.resolve("greylist.key");
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<String>> makers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                makers.add(() -> KeyFile.readOrCreate(file).fingerprint());
            }
            Set<String> fingerprints = new HashSet<>();
            for (Future<String> made : pool.invokeAll(makers)) {
                fingerprints.add(made.get());
            }
            assertThat(fingerprints).hasSize(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
    void isRefusedWhenOthersHaveRights(String mode) throws Exception {
        Path file = directory.resolve("greylist.key");
        KeyFile.readOrCreate(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> KeyFile.readOrCreate(file))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "secret", "0b", "\n\n"})
    void isRefusedWhenMalformedWithoutQuotingIt(String prefix) throws Exception {
        Path file = directory.resolve("greylist.key");
        for (String content : new String[] {prefix, prefix + "0".repeat(64) + " ", "0".repeat(65), "g".repeat(64)}) {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, content);
            assertThatThrownBy(() -> KeyFile.readOrCreate(file))
                    .isInstanceOf(KeyFileException.class)
                    .hasMessageContaining(file.toString())
                    // The random name of the directory may hold any digits: look at what is said besides.
                    .satisfies(e -> assertThat(String.valueOf(e.getMessage()).replace(file.toString(), ""))
                            .doesNotContain("000")
                            .doesNotContain("secret"));
            assertThat(Files.readString(file)).isEqualTo(content);
        }
    }

    @Test
    void readDoesNotMakeOne() {
        assertThatThrownBy(() -> KeyFile.read(directory.resolve("none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> KeyFile.readOrCreate(directory.resolve("none/greylist.key")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
