// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.testkit.greylist.GreylistStoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class SqliteContractTest implements GreylistStoreContract {
    private static final String FINGERPRINT = "0123456789abcdef";

    @TempDir
    private Path directory;

    private Path last = Path.of("none");

    @Override
    public GreylistStore open() throws Exception {
        last = Files.createTempDirectory(directory, "store").resolve("greylist.db");
        return reopen();
    }

    @Override
    public GreylistStore reopen() {
        return SqliteGreylistStore.builder(last, FINGERPRINT).open();
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    /** The files as the running store has left them: what a killed process leaves. */
    @Override
    public Optional<GreylistStore> reopenKilled(GreylistStore running) throws Exception {
        Path copy = Files.createTempDirectory(directory, "killed").resolve("greylist.db");
        for (String suffix : List.of("", "-wal")) {
            Files.copy(Path.of(last + suffix), Path.of(copy + suffix));
        }
        last = copy;
        return Optional.of(reopen());
    }
}
