// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.demo;

import io.github.mailstay.daemon.Daemon;
import io.github.mailstay.daemon.ExitCode;
import io.github.mailstay.daemon.StartException;
import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.daemon.config.SettingsException;
import io.github.mailstay.daemon.config.SettingsFile;
import io.github.mailstay.daemon.log.LogConfigurator;
import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.DecisionListener;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.PolicyClient;
import io.github.mailstay.postfix.PolicyReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code demo}: the real daemon on embedded defaults, with SQLite, a short delay and a block list of its own; six senders
 * ask it through the real policy socket.
 */
@Command(name = "demo", description = "Show the main job: no config, no root, no server needed.")
public final class DemoCommand implements Callable<Integer> {
    private static final int DELAY_SECONDS = 3;
    private static final List<DemoStep> STEPS = List.of(
            new DemoStep("clean", "203.0.113.10", "ann@example.org", "", 0, "DUNNO"),
            new DemoStep("listed, impatient", "192.0.2.20", "bot@example.net", "", 0, "451"),
            new DemoStep("listed, impatient", "192.0.2.20", "bot@example.net", "", 1, "451"),
            new DemoStep("listed, patient", "192.0.2.130", "ben@example.org", "", 0, "451"),
            new DemoStep("listed, patient", "192.0.2.130", "ben@example.org", "", 2, "PREPEND"),
            new DemoStep("list unreachable", "198.51.100.40", "cat@example.org", "", 0, "DUNNO"),
            new DemoStep("logged in", "192.0.2.50", "dan@example.com", "dan", 0, "DUNNO"),
            new DemoStep("null sender", "192.0.2.60", "", "", 0, "451"),
            new DemoStep("null sender", "192.0.2.60", "", "", 2, "PREPEND"));

    @Option(names = "--once", description = "end after the demonstration instead of serving on")
    private boolean once;

    private final Map<String, Decision> decisions = new ConcurrentHashMap<>();

    @Override
    public Integer call() throws StartException, InterruptedException {
        LogConfigurator.quiet();
        Path dataDir = privateDirectory();
        // On the same hook whatever ends the demonstration: Ctrl-C as well as --once.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(dataDir), "mailstay-demo-clean-up"));
        try (DemoBlockList lists = new DemoBlockList();
                Daemon daemon = Daemon.start(settings(dataDir, lists), System.getenv(), List.of(remember()))) {
            boolean right = play(daemon.policyEndpoints().get(0));
            explain((Endpoint.Inet) daemon.policyEndpoints().get(0));
            if (!right) {
                System.err.println("demo: an answer was not as it should be");
                return ExitCode.SOFTWARE;
            }
            if (!once) {
                System.out.println("\nServing until interrupted (Ctrl-C).");
                System.out.flush();
                Thread.currentThread().join();
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new StartException(ExitCode.UNAVAILABLE, "demo: " + e.getMessage());
        }
    }

    private DecisionListener remember() {
        return new DecisionListener() {
            @Override
            public void decided(PolicyRequest request, Decision decision) {
                if (request.instance().startsWith("demo.")) {
                    decisions.put(request.instance(), decision);
                }
            }
        };
    }

    private boolean play(Endpoint policy) throws IOException, InterruptedException {
        System.out.println(
                "Six senders ask the real daemon, as Postfix would. The delay is " + DELAY_SECONDS + " s.\n");
        System.out.printf("%-18s %-9s %-16s %7s  %s%n", "SENDER", "ASKS", "POSTFIX IS TOLD", "TOOK", "WHY");
        boolean right = true;
        try (PolicyClient client = PolicyClient.connect(policy, Duration.ofSeconds(30))) {
            // The first question of all waits for classes to be loaded, which a mail server never sees again.
            client.ask(new DemoStep("", "203.0.113.1", "warm@example.org", "", 9, "DUNNO").request());
            long began = System.nanoTime();
            for (int round = 0; round <= 2; round++) {
                long due = TimeUnit.SECONDS.toNanos(List.of(0, 1, DELAY_SECONDS).get(round));
                // The last round waits for the slowest first try, so that every delay is over.
                long from = round == 2 ? System.nanoTime() : began;
                TimeUnit.NANOSECONDS.sleep(Math.max(0, from + due - System.nanoTime()) + 50_000_000L);
                for (DemoStep step : STEPS) {
                    if (step.round() == round) {
                        PolicyReply reply = client.ask(step.request());
                        right &= reply.verb().equals(step.expected());
                        print(step, reply, Duration.ofNanos(System.nanoTime() - began));
                    }
                }
            }
        }
        return right;
    }

    private void print(DemoStep step, PolicyReply reply, Duration at) {
        Decision decision = decisions.get(step.request().instance());
        String took = decision == null ? "" : decision.took().toMillis() + " ms";
        String told = reply.verb().equals("451") ? "451 try later" : reply.verb();
        System.out.printf(
                "%-18s %-9s %-16s %7s  %s%n",
                step.who(),
                step.round() == 0 ? "at once" : "at " + at.toSeconds() + " s",
                told,
                took,
                DemoReasons.of(step, decision));
        if (reply.verb().equals("PREPEND")) {
            System.out.println("    header: " + cut(reply.text(), 66));
        }
        System.out.flush();
    }

    private static void explain(Endpoint.Inet policy) {
        System.out.println("\nAsk it yourself, twice, " + DELAY_SECONDS + " s apart (192.0.2.0/24 is listed here):\n");
        System.out.println("  printf 'request=smtpd_access_policy\\nprotocol_state=RCPT\\n"
                + "client_address=192.0.2.7\\n\\\nsender=a@b.example\\nrecipient=you@example.com\\n\\n' | nc -N "
                + policy.host() + " " + policy.port());
        System.out.println("\nPut it behind Postfix, in main.cf (README.md has more):\n");
        System.out.println("  smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated,");
        System.out.println("    reject_unauth_destination,");
        System.out.println("    check_policy_service { inet:" + policy.host() + ":" + policy.port()
                + ", timeout=10s, default_action=DUNNO }");
    }

    private static Settings settings(Path dataDir, DemoBlockList lists) throws StartException {
        try {
            return SettingsFile.read(
                    Optional.empty(),
                    List.of(
                            "data-dir=" + dataDir,
                            "policy.listen=inet:127.0.0.1:0",
                            "greylist.delay=" + DELAY_SECONDS + "s",
                            "rbl.resolver=" + lists.address(),
                            "rbl.deadline=1500ms",
                            "rbl.lists=[{id=demo,zone=" + DemoBlockList.LISTED + "},{id=silent,zone="
                                    + DemoBlockList.SILENT + "}]"),
                    Map.of());
        } catch (SettingsException e) {
            throw new StartException(ExitCode.CONFIG, String.valueOf(e.getMessage()));
        }
    }

    private static Path privateDirectory() throws StartException {
        try {
            return Files.createTempDirectory("mailstay-demo-"); // 0700
        } catch (IOException e) {
            throw new StartException(ExitCode.CANTCREAT, "demo: no temporary directory: " + e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("demo: " + directory + " could not be removed: " + e);
        }
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 3) + "...";
    }
}
