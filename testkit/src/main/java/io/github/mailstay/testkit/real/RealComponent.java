// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Something of this machine that a test cannot do without: commands, and root where those need it. Immutable.
 *
 * @param name as {@link Real} names it
 * @param debianPackage where its commands come from; empty if this class does not know
 * @param commands the commands, by name or by absolute path
 * @param needsRoot whether the JVM must run as root
 */
record RealComponent(String name, Optional<String> debianPackage, List<String> commands, boolean needsRoot) {
    private static final List<String> SYSTEM_DIRECTORIES = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");
    private static final Map<String, String> PACKAGES_OF_COMMANDS = Map.of(
            "dig", "bind9-dnsutils",
            "strace", "strace",
            "ip", "iproute2",
            "nc", "netcat-openbsd",
            "gcc", "gcc",
            "postgrey", "postgrey",
            "swaks", "swaks",
            "setpriv", "util-linux");

    RealComponent {
        commands = List.copyOf(commands);
    }

    /** What a name stands for: a server of this package, {@code root}, or else the command of that name. */
    static RealComponent named(String name) {
        return switch (name) {
            case "postfix" ->
                new RealComponent(
                        name, Optional.of("postfix"), List.of(PostfixServer.MASTER, "smtp-sink", "setpriv"), true);
            case "rbldnsd" -> new RealComponent(name, Optional.of("rbldnsd"), List.of("rbldnsd", "setpriv"), false);
            case "unbound" -> new RealComponent(name, Optional.of("unbound"), List.of("unbound", "setpriv"), false);
            case "redis" ->
                new RealComponent(
                        name,
                        Optional.of("redis-server redis-sentinel redis-tools"),
                        List.of("redis-server", "redis-sentinel", "redis-cli"),
                        false);
            case "postgresql" ->
                new RealComponent(name, Optional.of("postgresql-15"), List.of(PostgresNode.SERVER, "setpriv"), false);
            case "root" -> new RealComponent(name, Optional.empty(), List.of(), true);
            default -> {
                if (!name.matches("[A-Za-z0-9._+-]{1,64}")) {
                    throw new IllegalArgumentException("@Real names '" + name + "', which is no command");
                }
                yield new RealComponent(
                        name, Optional.ofNullable(PACKAGES_OF_COMMANDS.get(name)), List.of(name), false);
            }
        };
    }

    /** What is missing here, in words for a reader; empty if nothing is. */
    Optional<String> missing() {
        return missing(Users.isRoot(), command -> pathOf(command).isPresent());
    }

    /** As {@link #missing()}, on a machine as described. */
    Optional<String> missing(boolean isRoot, Predicate<String> hasCommand) {
        List<String> lacks = new ArrayList<>();
        commands.stream().filter(hasCommand.negate()).forEach(command -> lacks.add("no command " + command));
        String hint = lacks.isEmpty()
                ? ""
                : debianPackage.map(it -> " (Debian package " + it + ")").orElse("");
        if (needsRoot && !isRoot) {
            lacks.add("not root");
        }
        return lacks.isEmpty() ? Optional.empty() : Optional.of(name + ": " + String.join(", ", lacks) + hint);
    }

    /**
     * Fails if something is missing.
     *
     * @throws RealServerException that names it
     */
    void require() {
        missing().ifPresent(what -> {
            throw new RealServerException("missing on this machine: " + what);
        });
    }

    /** Where a command lies: on PATH, or where Debian keeps the commands of daemons. */
    static Optional<Path> pathOf(String command) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        Stream<String> directories = Stream.concat(
                Stream.of(path.split(File.pathSeparator, -1)).filter(it -> it.startsWith("/")),
                SYSTEM_DIRECTORIES.stream());
        // An absolute command resolves to itself.
        return directories
                .map(it -> Path.of(it).resolve(command))
                .filter(it -> Files.isRegularFile(it) && Files.isExecutable(it))
                .findFirst();
    }
}
