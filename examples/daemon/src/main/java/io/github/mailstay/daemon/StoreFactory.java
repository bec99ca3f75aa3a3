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

    static OpenedStore open(
            Settings.Greylisting settings, GreylistKeys keys, DataDir dataDir, Map<String, String> environment)
            throws StartException {
        try {
            return switch (settings.store().kind()) {
                case MEMORY ->
                    OpenedStore.of(InMemoryGreylistStore.builder()
                            .maxEntries(settings.maxEntries())
                            .build());
                case SQLITE -> OpenedStore.of(sqlite(keys, dataDir, environment));
                case REDIS, REDIS_CLUSTER -> OpenedStore.of(SharedStores.redis(settings.store(), keys));
                case JDBC -> SharedStores.postgresql(settings.store(), keys);
            };
        } catch (StoreException e) {
            throw new StartException(exitCode(e, settings.store().isShared()), "greylist.store: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.CONFIG, "greylist.store: " + e.getMessage());
        } catch (IOException e) {
            throw new StartException(ExitCode.CANTCREAT, "greylist.store: " + e);
        }
    }

    /** A server that is away comes back, and then it works: systemd starts the daemon again. */
    private static int exitCode(StoreException trouble, boolean isShared) {
        return switch (trouble.reason()) {
            case IN_USE -> ExitCode.TEMPFAIL;
            case MISMATCH -> ExitCode.CONFIG;
            default -> isShared ? ExitCode.UNAVAILABLE : ExitCode.CONFIG;
        };
    }

    private static GreylistStore sqlite(GreylistKeys keys, DataDir dataDir, Map<String, String> environment)
            throws IOException {
        System.setProperty("org.sqlite.tmpdir", dataDir.nativeDir(environment).toString());
        // A greylist that has forgotten delays mail once; a daemon that does not start helps nobody.
        return SqliteGreylistStore.builder(dataDir.resolve("greylist.db"), keys.fingerprint())
                .setAsideCorrupt(true)
                .open();
    }
}
