// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.postfix.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged daemon as a process of its own, started by the test and ended with it. */
final class DaemonProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target/mailstayd.jar").toAbsolutePath();
    private static final Pattern POLICY = Pattern.compile("policy=(\\S+)");

    private final Process process;
    private final Path log;
    private final String ready;

    private DaemonProcess(Process process, Path log, String ready) {
        this.process = process;
        this.log = log;
        this.ready = ready;
    }

    static List<String> command(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(args));
        return command;
    }

    /** Starts {@code run} with these settings and waits for its ready line. */
    static DaemonProcess start(Path directory, String... sets) throws IOException {
        return start(directory, List.of(), sets);
    }

    /** The same under another command, such as strace. */
    static DaemonProcess start(Path directory, List<String> under, String... sets) throws IOException {
        List<String> command = new ArrayList<>(under);
        command.addAll(command("run", "--set", "data-dir=" + directory.resolve("data")));
        for (String set : sets) {
            command.add("--set");
            command.add(set);
        }
        Path log = Files.createTempFile(directory, "log", ".txt");
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        BufferedReader out = process.inputReader();
        String ready = out.readLine();
        if (ready == null || !ready.startsWith("mailstayd ready")) {
            process.destroyForcibly();
            throw new IOException("the daemon did not become ready: " + ready + "\n" + Files.readString(log));
        }
        return new DaemonProcess(process, log, ready);
    }

    String ready() {
        return ready;
    }

    Endpoint policy() {
        Matcher found = POLICY.matcher(ready);
        if (!found.find()) {
            throw new IllegalStateException("no policy endpoint in: " + ready);
        }
        return Endpoint.parse(found.group(1));
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM; the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the daemon does not stop:\n" + log());
        }
        return process.exitValue();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(60, TimeUnit.SECONDS);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** The exit code and all output of a command that ends by itself. */
    record Result(int exit, String out, String err) {}

    static Result run(Path directory, String... args) throws IOException, InterruptedException {
        Path err = Files.createTempFile(directory, "err", ".txt");
        Path out = Files.createTempFile(directory, "out", ".txt");
        Process process = new ProcessBuilder(command(args))
                .redirectError(err.toFile())
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("does not end: " + String.join(" ", args));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
