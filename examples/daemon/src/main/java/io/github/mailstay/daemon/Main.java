// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.demo.DemoCommand;
import io.github.mailstay.daemon.log.LogConfigurator;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code mailstayd}: the command line. */
@Command(
        name = "mailstayd",
        description = "Greylists who is on a block list, beside Postfix.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            DemoCommand.class,
            CheckConfigCommand.class,
            LookupCommand.class,
            StoreCommand.OfGreylist.class,
            Main.Version.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs one command; exits with its code. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Main());
        line.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
        line.getSubcommands().values().forEach(Main::usageExit);
        line.setExecutionExceptionHandler((e, commandLine, result) -> {
            System.err.println(e instanceof StartException ? e.getMessage() : "mailstayd: " + e);
            return e instanceof StartException start ? start.exitCode() : ExitCode.SOFTWARE;
        });
        int exit = line.execute(args);
        LogConfigurator.flush();
        System.exit(exit);
    }

    private static void usageExit(CommandLine line) {
        line.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
        line.getSubcommands().values().forEach(Main::usageExit);
    }

    /** The version in the jar's manifest, or {@code development} outside of a jar. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** {@code version}. */
    @Command(name = "version", description = "Print the version.")
    static final class Version implements Callable<Integer> {
        @Override
        public Integer call() {
            System.out.println("mailstayd " + version() + " (Java " + Runtime.version() + ")");
            return ExitCode.OK;
        }
    }
}
