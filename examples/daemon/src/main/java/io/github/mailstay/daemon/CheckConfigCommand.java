// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code check-config}: reads the settings and starts nothing. */
@Command(name = "check-config", description = "Check the settings, start nothing; exit 78 if something is wrong.")
final class CheckConfigCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Override
    public Integer call() throws StartException {
        settings.read();
        System.out.println("settings are good");
        return ExitCode.OK;
    }
}
