// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Postfix's smtp-sink: accepts every message on a loopback port and writes it to a file of its own. Thread-safe.
 *
 * <p>Concurrency: the files are the state; the map only keeps what was read of files that change no more.
 */
final class MailSink implements AutoCloseable {
    private static final String USER = "nobody";
    private static final String BACKLOG = "128";

    private record Received(FileTime at, String file, DeliveredMessage message) {}

    private final int port = LoopbackPorts.freeTcp();
    private final Path files;
    private final PrivateProcess process;
    private final Map<Path, Received> read = new ConcurrentHashMap<>();

    MailSink(WorkDirectory work, Duration limit) {
        files = work.directory("sink", "rwx------", USER, "nogroup");
        process = PrivateProcess.builder(
                        work,
                        "smtp-sink",
                        // The template goes through strftime(3); smtp-sink adds a random number.
                        List.of("smtp-sink", "-d", files + "/%H%M%S.", "127.0.0.1:" + port, BACKLOG))
                .user(USER)
                .start();
        try {
            process.awaitReady(this::isListening, limit);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    /** The messages that are whole, in the order in which they were completed. */
    List<DeliveredMessage> messages() {
        // First the names, then what is still open: in this order a file that is not open is complete.
        List<Path> all = list(files);
        Set<Path> open = openFiles();
        return all.stream()
                .filter(file -> !open.contains(file))
                .map(file -> read.computeIfAbsent(file, MailSink::read))
                .sorted(Comparator.comparing(Received::at).thenComparing(Received::file))
                .map(Received::message)
                .toList();
    }

    @Override
    public void close() {
        process.close();
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private Set<Path> openFiles() {
        Set<Path> open = new HashSet<>();
        for (Path descriptor : list(Path.of("/proc/" + process.pid() + "/fd"))) {
            try {
                open.add(Files.readSymbolicLink(descriptor));
            } catch (NoSuchFileException e) {
                // Closed since.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return open;
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Received read(Path file) {
        try {
            return new Received(
                    Files.getLastModifiedTime(file),
                    file.toString(),
                    DeliveredMessage.parse(Files.readString(file, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
