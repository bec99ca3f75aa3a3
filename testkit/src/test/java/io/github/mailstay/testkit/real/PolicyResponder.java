// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A throwaway policy server: notes what it is asked, answers what it is told. One thread a connection, few of them. */
final class PolicyResponder implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
    private final Function<Map<String, String>, String> action;

    PolicyResponder(Function<Map<String, String>, String> action) throws IOException {
        this.action = action;
        start(() -> {
            while (!listener.isClosed()) {
                Socket connection = listener.accept();
                start(() -> serve(connection));
            }
        });
    }

    String endpoint() {
        return "inet:127.0.0.1:" + listener.getLocalPort();
    }

    List<Map<String, String>> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve(Socket connection) throws IOException {
        try (connection) {
            var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
            Map<String, String> request = new LinkedHashMap<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    requests.add(Map.copyOf(request));
                    String answer = "action=" + action.apply(request) + "\n\n";
                    connection.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                    request.clear();
                } else {
                    request.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
                }
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // Closed, by us or by Postfix.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
