// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.daemon.control.Commands;
import io.github.mailstay.daemon.control.ControlClient;
import io.github.mailstay.daemon.control.GreylistLoader;
import io.github.mailstay.daemon.control.RblCommands;
import io.github.mailstay.daemon.log.LogConfigurator;
import io.github.mailstay.greylist.Greylist;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that a running daemon answers, or that opens the store itself when none runs. */
abstract class StoreCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Option(names = "--json", description = "for programs")
    private boolean json;

    /** The command's words, as {@link Commands#run} takes them. */
    abstract List<String> words() throws StartException;

    /** What it reads. */
    InputStream input() throws StartException {
        return InputStream.nullInputStream();
    }

    @Override
    public final Integer call() throws StartException {
        LogConfigurator.quiet();
        Settings read = settings.read();
        List<String> words = new ArrayList<>(words());
        if (json) {
            words.add("--json");
        }
        PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        try (InputStream in = input()) {
            if (read.control().isPresent()) {
                OptionalInt exit = ControlClient.run(read.control().get(), words, in, out);
                if (exit.isPresent()) {
                    return exit.getAsInt();
                }
            }
            return runHere(read, words, in, out);
        } catch (IOException e) {
            throw new StartException(ExitCode.UNAVAILABLE, "control: " + e.getMessage());
        } finally {
            out.flush();
        }
    }

    private static int runHere(Settings settings, List<String> words, InputStream in, PrintWriter out)
            throws StartException, IOException {
        try (DataDir dataDir = DataDir.open(settings.dataDir());
                DnsJavaLookup lookup = DnsJavaLookup.builder()
                        .resolvers(settings.rbl().resolver())
                        .build()) {
            if (settings.greylist().store().kind() == Settings.Kind.MEMORY
                    && words.get(0).equals("greylist")) {
                throw new StartException(
                        ExitCode.UNAVAILABLE, "greylist.store is memory and no daemon runs: there is nothing to see");
            }
            GreylistKeys keys = StoreFactory.keys(settings.greylist());
            try (OpenedStore opened = StoreFactory.open(settings.greylist(), keys, dataDir, System.getenv())) {
                GreylistStore store = opened.store();
                Greylist greylist = GreylistFactory.greylist(settings.greylist(), store, keys);
                RblCommands rbl = new RblCommands(RblFactory.check(settings, lookup), lookup);
                GreylistLoader loader = new GreylistLoader(store, keys, settings.greylist());
                return new Commands(store, greylist.management(), loader, rbl, Map::of, () -> 0).run(words, in, out);
            }
        }
    }

    /** {@code greylist}, which holds the next ones. */
    @Command(
            name = "greylist",
            description = "Look into the greylist, and change what it remembers.",
            subcommands = {ListAll.class, Show.class, Allow.class, Forget.class, Stats.class, ImportCommand.class})
    static final class OfGreylist {}

    /** {@code greylist list}. */
    @Command(name = "list", description = "All entries: hashes and times.")
    static final class ListAll extends StoreCommand {
        @Override
        List<String> words() {
            return List.of("greylist", "list");
        }
    }

    /** A command about a client, or about one of its triplets. */
    abstract static class OfClient extends StoreCommand {
        @Parameters(
                arity = "1..3",
                paramLabel = "CLIENT [SENDER RECIPIENT]",
                description = "an IP address, or an identity as host:example.org; the envelope sender, '' or '<>' for"
                        + " bounces; the envelope recipient")
        private List<String> triplet = List.of();

        private final String command;

        OfClient(String command) {
            this.command = command;
        }

        @Override
        final List<String> words() {
            List<String> words = new ArrayList<>(List.of("greylist", command));
            words.addAll(triplet);
            return words;
        }
    }

    /** {@code greylist show}. */
    @Command(name = "show", description = "What is known of a client, or of one of its triplets.")
    static final class Show extends OfClient {
        Show() {
            super("show");
        }
    }

    /** {@code greylist allow}. */
    @Command(name = "allow", description = "Let a client, or one of its triplets, pass from now on.")
    static final class Allow extends OfClient {
        Allow() {
            super("allow");
        }
    }

    /** {@code greylist forget}. */
    @Command(
            name = "forget",
            description = "Forget what a client has earned, or one of its triplets: it must wait again.")
    static final class Forget extends OfClient {
        Forget() {
            super("forget");
        }
    }

    /** {@code greylist stats}. */
    @Command(name = "stats", description = "Numbers: entries, and decisions since the daemon's start.")
    static final class Stats extends StoreCommand {
        @Override
        List<String> words() {
            return List.of("greylist", "stats");
        }
    }
}
