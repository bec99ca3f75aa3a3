// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.log.LogConfigurator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run}: serves mail until it is told to stop. */
@Command(name = "run", description = "Serve Postfix until SIGTERM.")
final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Override
    public Integer call() throws StartException {
        Daemon daemon = Daemon.start(settings.read(), System.getenv(), List.of());
        CountDownLatch never = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(daemon), "mailstay-stop"));
        System.out.println("mailstayd ready " + daemon.listening());
        System.out.flush();
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.OK;
    }

    private static void stop(Daemon daemon) {
        log.info("stopping");
        daemon.close();
        log.info("stopped");
        LogConfigurator.flush();
        // SIGTERM is how a daemon is asked to stop: that it did is success, where the JVM alone would say 143.
        Runtime.getRuntime().halt(ExitCode.OK);
    }
}
