// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The files that Debian's postgrey brings, where it is installed: every entry is read, none is a mistake. */
class PostgreyFilesTest {
    private static final Path DIRECTORY = Path.of("/etc/postgrey");

    @Test
    void its_list_of_clients_is_read_wholly() throws IOException {
        Path file = installed("whitelist_clients");
        assertThat(ClientList.parse(file).size()).isEqualTo(entries(file)).isPositive();
    }

    @Test
    void its_list_of_recipients_is_read_wholly() throws IOException {
        Path file = installed("whitelist_recipients");
        assertThat(RecipientList.parse(file).size()).isEqualTo(entries(file)).isPositive();
    }

    private static Path installed(String name) {
        Path file = DIRECTORY.resolve(name);
        String lacks = file + " is not here: postgrey is not installed";
        // The testkit, which knows this word, stands behind this module.
        if ("required".equals(System.getenv("MAILSTAY_REAL"))) {
            assertThat(file).as(lacks).isReadable();
        }
        assumeTrue(Files.isReadable(file), lacks);
        return file;
    }

    /** Counted by other means: what is left of the lines without comments, each once. */
    private static int entries(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return (int) text.lines()
                .map(line -> line.replaceFirst("#.*", "").strip().toLowerCase(Locale.ROOT))
                .filter(line -> !line.isEmpty())
                .distinct()
                .count();
    }
}
