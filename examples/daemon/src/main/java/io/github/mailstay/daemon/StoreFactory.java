// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.KeyFile;
import io.github.mailstay.greylist.sqlite.SqliteGreylistStore;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.InMemoryGreylistStore;
import io.github.mailstay.greylist.store.StoreException;
import java.io.IOException;
import java.util.Map;

/** Opens what greylisting needs: the key and the store. Stateless. */
final class StoreFactory {
    private StoreFactory() {}

    static GreylistKeys keys(Settings.Greylisting settings) throws StartException {
        try {
            return GreylistKeys.builder(KeyFile.readOrCreate(settings.keyFile()))
                    .ipv4Prefix(settings.ipv4Prefix())
                    .ipv6Prefix(settings.ipv6Prefix())
                    .build();
        } catch (IOException e) {
            throw new StartException(ExitCode.CONFIG, "greylist.key-file: " + e.getMessage());
        }
    }

    static GreylistStore open(
            Settings.Greylisting settings, GreylistKeys keys, DataDir dataDir, Map<String, String> environment)
            throws StartException {
        if (settings.store() == Settings.Store.MEMORY) {
            return InMemoryGreylistStore.builder()
                    .maxEntries(settings.maxEntries())
                    .build();
        }
        try {
            System.setProperty(
                    "org.sqlite.tmpdir", dataDir.nativeDir(environment).toString());
            return SqliteGreylistStore.builder(dataDir.resolve("greylist.db"), keys.fingerprint())
                    .open();
        } catch (StoreException e) {
            int exit = e.reason() == StoreException.Reason.IN_USE ? ExitCode.TEMPFAIL : ExitCode.CONFIG;
            throw new StartException(exit, "greylist.store: " + e.getMessage());
        } catch (IOException e) {
            throw new StartException(ExitCode.CANTCREAT, "greylist.store: " + e);
        }
    }
}
