// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import io.github.mailstay.policy.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One PostgreSQL of a {@link PostgresServer}: a data directory, a port, and the process while it runs. For one thread at
 * a time.
 */
final class PostgresNode {
    private static final String BIN = "/usr/lib/postgresql/15/bin/";
    static final String SERVER = BIN + "postgres";
    static final String USER = "postgres";

    private static final Duration TOOL_LIMIT = Duration.ofMinutes(2);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final WorkDirectory work;
    private final String name;
    private final int port = LoopbackPorts.freeTcp();
    private final Map<String, String> settings;
    private final Path data;
    private List<PrivateProcess> processes = List.of();

    PostgresNode(WorkDirectory work, String name, Map<String, String> settings) {
        this.work = work;
        this.name = name;
        this.settings = Map.copyOf(settings);
        data = work.path("clusters/" + name);
    }

    int port() {
        return port;
    }

    /** A fresh cluster. The files are not synced: a test's data need not survive the machine. */
    void init(Path passwordFile) {
        tool(
                "initdb",
                Map.of(),
                List.of(
                        "-D",
                        data.toString(),
                        "-U",
                        PostgresServer.LOGIN,
                        "-E",
                        "UTF8",
                        "--locale=C.UTF-8",
                        "--no-sync",
                        "--auth=scram-sha-256",
                        "--pwfile=" + passwordFile));
    }

    /** A copy of a running node that will follow it. */
    void copyOf(PostgresNode primary) {
        tool(
                "pg_basebackup",
                Map.of("PGPASSWORD", PostgresServer.PASSWORD),
                List.of(
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(primary.port),
                        "-U",
                        PostgresServer.LOGIN,
                        "-D",
                        data.toString(),
                        "-R",
                        "-X",
                        "stream",
                        "-c",
                        "fast",
                        "--no-sync"));
    }

    /** Starts it; it answers when this returns. */
    void start() {
        List<String> command = new ArrayList<>(List.of(SERVER, "-D", data.toString(), "-p", Integer.toString(port)));
        settings.forEach((setting, value) -> command.addAll(List.of("-c", setting + "=" + value)));
        PrivateProcess started = PrivateProcess.builder(work, name, command)
                .user(USER)
                .grace(STOP_LIMIT)
                .start();
        processes = List.of(started);
        // The last line of this file says "ready", or "standby" if it follows another.
        Path status = data.resolve("postmaster.pid");
        started.awaitReady(
                () -> LogFile.text(status).startsWith(started.pid() + "\n")
                        && LogFile.lines(status).stream()
                                .map(String::strip)
                                .anyMatch(line -> line.equals("ready") || line.equals("standby")),
                START_LIMIT);
    }

    /** Ends it, its connections first (INT) or as a crash does (QUIT); its data stay. Idempotent. */
    void stop(String signal) {
        for (PrivateProcess process : processes) {
            thaw();
            process.kill(signal);
            process.awaitEnd(STOP_LIMIT);
            process.stop();
        }
        processes = List.of();
    }

    /** Stops it and all its processes where they are; connections stay open and nothing answers. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    /** Makes a standby a primary; it takes writes when this returns. */
    void promote() {
        tool("pg_ctl", Map.of(), List.of("promote", "-w", "-D", data.toString()));
    }

    /** Its processes, the main one last. */
    Stream<ProcessHandle> family() {
        return processes.stream().flatMap(it -> Stream.concat(it.handle().descendants(), Stream.of(it.handle())));
    }

    private void signal(String signal) {
        List<String> command = new ArrayList<>(List.of("kill", "-s", signal));
        // The main process last, lest it starts others meanwhile.
        family().filter(PrivateProcess::isAlive).forEach(it -> command.add(Long.toString(it.pid())));
        if (command.size() > 3) {
            run("kill", PrivateProcess.builder(work, name + "-kill", command), false);
        }
    }

    private void tool(String command, Map<String, String> environment, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(BIN + command));
        words.addAll(arguments);
        PrivateProcess.Builder builder =
                PrivateProcess.builder(work, command, words).user(USER);
        environment.forEach(builder::environment);
        run(command, builder, true);
    }

    private static void run(String what, PrivateProcess.Builder builder, boolean mustSucceed) {
        try (PrivateProcess process = builder.start()) {
            // A process that has just ended gets no signal; that is what was wanted.
            boolean ended = Waiting.until(Deadline.in(TOOL_LIMIT), () -> !process.isAlive());
            if (!ended || (mustSucceed && process.exitStatus().orElse(-1) != 0)) {
                throw new RealServerException(what + " failed" + process.logTail());
            }
        }
    }
}
