// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.postfix.UnixSocketFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket: takes a command as lines and an empty one, behind it what the command reads, if it reads anything,
 * and answers with its output, a NUL and its exit code. 0600, and only for the daemon's own user and root.
 *
 * <p>Concurrency: one thread accepts and two run commands, so that a long list does not shut the door. A connection is
 * closed a minute after it began, or after its command last got something to read, whatever it does.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);
    private static final int MAX_WORDS = 16;
    private static final int MAX_WORD = 1024;
    private static final int SECONDS = 60;

    private final Endpoint.Unix endpoint;
    private final UnixSocketFile socket;
    private final Commands commands;
    private final String ownUser = System.getProperty("user.name", "");
    private final ExecutorService workers = Executors.newFixedThreadPool(2, task -> thread(task, "mailstay-control"));
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(task -> thread(task, "mailstay-control-clock"));

    private ControlServer(Endpoint.Unix endpoint, UnixSocketFile socket, Commands commands) {
        this.endpoint = endpoint;
        this.socket = socket;
        this.commands = commands;
    }

    /** Binds and serves. */
    public static ControlServer start(Endpoint.Unix endpoint, Commands commands) throws IOException {
        UnixSocketFile socket =
                UnixSocketFile.bind(endpoint.path(), PosixFilePermissions.fromString("rw-------"), null, 16);
        ControlServer server = new ControlServer(endpoint, socket, commands);
        thread(server::accept, "mailstay-control-accept").start();
        return server;
    }

    /** Where it listens. */
    public Endpoint.Unix endpoint() {
        return endpoint;
    }

    private void accept() {
        while (socket.channel().isOpen()) {
            try {
                SocketChannel client = socket.channel().accept();
                HangUp bound = new HangUp(() -> close(client), clock, SECONDS);
                workers.execute(() -> {
                    serve(client, bound);
                    bound.cancel();
                });
            } catch (IOException | RejectedExecutionException e) {
                log.debug("control: accepting ended", e);
                return;
            }
        }
    }

    private void serve(SocketChannel client, HangUp bound) {
        try (client;
                InputStream in = new BufferedInputStream(bound.renewedBy(Channels.newInputStream(client)), 1 << 16);
                PrintWriter out = new PrintWriter(
                        new OutputStreamWriter(Channels.newOutputStream(client), StandardCharsets.UTF_8))) {
            String user =
                    client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            if (!user.equals(ownUser) && !user.equals("root")) {
                log.warn("control: user {} is refused", user);
                return;
            }
            int exit = commands.run(readWords(in), in, out);
            out.print('\0');
            out.print(exit);
            out.flush();
            client.shutdownOutput();
            // To close with something unread would take the answer away from the one who sends it.
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | RuntimeException e) {
            log.warn("control: a command failed: {}", e.toString());
        }
    }

    private static List<String> readWords(InputStream in) throws IOException {
        List<String> words = new ArrayList<>();
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        for (int c = in.read(); words.size() < MAX_WORDS && word.size() < MAX_WORD; c = in.read()) {
            if (c == '\n' && word.size() == 0) {
                return words;
            } else if (c == '\n') {
                // Each word has a mark in front, so that an empty one differs from the end.
                words.add(word.toString(StandardCharsets.UTF_8).substring(1));
                word.reset();
            } else if (c < 0) {
                throw new IOException("a command that does not end");
            } else {
                word.write(c);
            }
        }
        throw new IOException("a command of too many or too long words");
    }

    private static void close(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            log.debug("control: closing failed", e);
        }
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Stops; a command under way is cut off. Idempotent. */
    @Override
    public void close() throws IOException {
        socket.close();
        workers.shutdownNow();
        clock.shutdownNow();
    }
}
