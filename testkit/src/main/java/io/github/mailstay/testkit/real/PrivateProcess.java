// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import io.github.mailstay.policy.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * A command that a test has started, with its output in a file; ended with all its descendants by {@link #close}, at
 * the latest when the JVM ends. It never ends anything else: processes are known by their id and start time. Thread-safe.
 *
 * <p>Concurrency: the process runs from the constructor on; {@code family} only grows and may be added to from any
 * thread, and a signal to a process that is over is no error.
 */
public final class PrivateProcess implements AutoCloseable {
    private static final Duration KILL_LIMIT = Duration.ofSeconds(5);
    private static final int TAIL_LINES = 20;

    private final String name;
    private final Process process;
    private final List<Path> logs;
    private final Duration graceLimit;
    // Descendants must be noted while their parent lives: afterwards nothing tells whose they were.
    private final Set<ProcessHandle> family = ConcurrentHashMap.newKeySet();
    private final Runnable leftover = this::close;

    private PrivateProcess(Builder builder) {
        name = builder.name;
        graceLimit = builder.grace;
        Path log = builder.work.path(name + ".log");
        logs = new ArrayList<>(List.of(log));
        logs.addAll(builder.moreLogs);
        List<String> command = new ArrayList<>(Users.become(builder.user));
        command.add(RealComponent.pathOf(builder.command.get(0))
                .orElseThrow(() -> new RealServerException(name + ": no command " + builder.command.get(0)))
                .toString());
        command.addAll(builder.command.subList(1, builder.command.size()));
        ProcessBuilder start = new ProcessBuilder(command)
                .directory(builder.work.path().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        start.environment().putAll(builder.environment);
        try {
            process = start.start();
        } catch (IOException e) {
            throw new RealServerException(name + " did not start: " + e.getMessage(), e);
        }
    }

    /**
     * Describes a process.
     *
     * @param work where it runs and where its output goes, as {@code NAME.log}
     * @param name what messages call it
     * @param command the program and its arguments; no shell takes part
     */
    public static Builder builder(WorkDirectory work, String name, List<String> command) {
        return new Builder(work, name, command);
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Its handle, as the JDK has it. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Whether it runs; a stopped one (SIGSTOP) does. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The exit status once it is over, 128 and the signal's number if a signal ended it. */
    public Optional<Integer> exitStatus() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    /** What it has written to its standard output and standard error. */
    public Path log() {
        return logs.get(0);
    }

    /** The last 20 lines of its log, and of those named to {@link Builder#alsoShow}. */
    public String logTail() {
        StringBuilder tail = new StringBuilder();
        for (Path log : logs) {
            List<String> lines = LogFile.lines(log);
            lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size())
                    .forEach(line -> tail.append("\n  ").append(line));
        }
        return tail.toString();
    }

    /**
     * Waits until {@code ready} holds.
     *
     * @throws RealServerException with the tail of its log, if it ended or was not ready within {@code limit}
     */
    public void awaitReady(BooleanSupplier ready, Duration limit) {
        Deadline deadline = Waiting.within(limit);
        boolean isReady = Waiting.until(deadline, () -> !isAlive() || ready.getAsBoolean());
        if (!isReady || !isAlive()) {
            String what = exitStatus().map(status -> "ended with " + status).orElse("was not ready within " + limit);
            throw new RealServerException(name + " " + what + logTail());
        }
    }

    /**
     * Sends it a signal, a fault for a test to survive.
     *
     * @param signal as {@code kill -s} takes it: {@code KILL}, {@code STOP} freezes, {@code CONT} thaws, {@code HUP}
     */
    public void kill(String signal) {
        noteFamily();
        if (isAlive()) {
            send(signal);
        }
    }

    /** Waits until it is over; whether it was within {@code limit}. */
    public boolean awaitEnd(Duration limit) {
        return Waiting.until(Waiting.within(limit), () -> !isAlive());
    }

    /**
     * Ends it: SIGTERM, then SIGKILL after the grace period; then its descendants likewise. Idempotent.
     *
     * @throws RealServerException if the system does not end them even so
     */
    public void stop() {
        noteFamily();
        if (isAlive()) {
            process.destroy();
            send("CONT"); // a frozen process acts on no other signal
        }
        Deadline grace = Deadline.in(graceLimit);
        Waiting.until(grace, () -> {
            noteFamily();
            return !isAlive();
        });
        process.destroyForcibly();
        living().forEach(ProcessHandle::destroy);
        Waiting.until(grace.atMost(Duration.ofSeconds(2)), () -> living().isEmpty());
        living().forEach(ProcessHandle::destroyForcibly);
        if (!Waiting.until(Deadline.in(KILL_LIMIT), () -> !isAlive() && living().isEmpty())) {
            throw new RealServerException(name + " (process " + pid() + ") does not end" + logTail());
        }
        Leftovers.remove(leftover);
    }

    /** As {@link #stop}. */
    @Override
    public void close() {
        stop();
    }

    /** {@code NAME (process ID)}. */
    @Override
    public String toString() {
        return name + " (process " + pid() + ")";
    }

    private void noteFamily() {
        if (isAlive()) {
            process.descendants().forEach(family::add);
        }
    }

    private Collection<ProcessHandle> living() {
        return family.stream().filter(PrivateProcess::isAlive).toList();
    }

    /** Whether a process runs. The JDK takes one for alive that is over while its parent has not asked for its end. */
    static boolean isAlive(ProcessHandle handle) {
        if (!handle.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
            // proc(5): "pid (name) state ..."; the name may hold blanks and parentheses.
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private void send(String signal) {
        try {
            // The id is still its own: it is our child, and the JDK has not seen its end.
            Process kill = new ProcessBuilder("kill", "-s", signal, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!Waiting.until(Deadline.in(KILL_LIMIT), () -> !kill.isAlive())) {
                kill.destroyForcibly();
            } else if (kill.exitValue() != 0 && isAlive()) {
                throw new RealServerException("signal " + signal + " could not be sent to " + this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Collects what a process needs. Not thread-safe. */
    public static final class Builder {
        private final WorkDirectory work;
        private final String name;
        private final List<String> command;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<Path> moreLogs = new ArrayList<>();
        private Optional<String> user = Optional.empty();
        private Duration grace = Duration.ofSeconds(10);

        private Builder(WorkDirectory work, String name, List<String> command) {
            if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
                throw new IllegalArgumentException("name must be 1 to 64 of A-Z a-z 0-9 . _ -, not '" + name + "'");
            }
            if (command.isEmpty()) {
                throw new IllegalArgumentException("command must not be empty");
            }
            this.work = work;
            this.name = name;
            this.command = List.copyOf(command);
        }

        /** Runs it as another user (with setpriv) if the JVM is root; otherwise it runs as the JVM's own. */
        public Builder user(String user) {
            this.user = Optional.of(user);
            return this;
        }

        /** Sets a variable of its environment, which otherwise is the JVM's. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** A file whose tail is also shown when something goes wrong: the server's own log. */
        public Builder alsoShow(Path log) {
            moreLogs.add(log);
            return this;
        }

        /** How long it may take to follow SIGTERM before it gets SIGKILL; 10 seconds unless told otherwise. */
        public Builder grace(Duration grace) {
            if (grace.isNegative() || grace.isZero()) {
                throw new IllegalArgumentException("grace must be positive, not " + grace);
            }
            this.grace = grace;
            return this;
        }

        /**
         * Starts it.
         *
         * @throws RealServerException if there is no such command or user
         */
        public PrivateProcess start() {
            PrivateProcess started = new PrivateProcess(this);
            Leftovers.add(started.leftover);
            return started;
        }
    }
}
