// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.daemon.config.SettingsException;
import io.github.mailstay.daemon.config.SettingsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which every command finds its settings. */
final class SettingsOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "HOCON file with settings; every default serves")
    private @Nullable Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "one setting; wins over the file; repeatable")
    private List<String> sets = new ArrayList<>();

    Settings read() throws StartException {
        try {
            return SettingsFile.read(Optional.ofNullable(config), sets, System.getenv());
        } catch (SettingsException e) {
            throw new StartException(ExitCode.CONFIG, String.valueOf(e.getMessage()));
        }
    }
}
