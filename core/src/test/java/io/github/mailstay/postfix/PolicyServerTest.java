// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.mailstay.policy.Decider;
import io.github.mailstay.policy.FailMode;
import io.github.mailstay.policy.Header;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyChain;
import io.github.mailstay.policy.PolicyCheck;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.policy.Verdict;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Endpoint ANY_PORT = Endpoint.parse("inet:127.0.0.1:0");

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** Defers everybody, telling back who asked: the answer must be that request's own. */
    private static final PolicyCheck ECHO = (request, context) -> CompletableFuture.completedFuture(Outcome.settle(
            "", new Verdict.Defer(451, new ReplyText("4.7.1", "x" + request.value("sender")))));

    private static Decider deciding(PolicyCheck check) {
        return PolicyChain.builder().check("test", check, FailMode.PASS).build();
    }

    private PolicyServer start(PolicyServer.Builder builder) throws IOException {
        PolicyServer server = builder.start();
        open.add(server);
        return server;
    }

    private PolicyServer start(PolicyCheck check) throws IOException {
        return start(PolicyServer.builder(deciding(check)).listen(ANY_PORT));
    }

    private PolicyClient client(PolicyServer server) throws IOException {
        PolicyClient client = PolicyClient.connect(server.endpoints().get(0), PATIENCE);
        open.add(client);
        return client;
    }

    private Socket socket(PolicyServer server) throws IOException {
        Endpoint.Inet inet = (Endpoint.Inet) server.endpoints().get(0);
        Socket socket = new Socket(inet.host(), inet.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        open.add(socket);
        return socket;
    }

    private static String wire(int... numbers) {
        StringBuilder text = new StringBuilder();
        for (int number : numbers) {
            text.append(new String(PolicyCodec.encode(Requests.numbered(number)), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    private static String answers(int... numbers) {
        StringBuilder text = new StringBuilder();
        for (int number : numbers) {
            text.append("action=451 4.7.1 xs" + number + "@example.org\n\n");
        }
        return text.toString();
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    @Test
    void each_request_of_a_connection_gets_its_answer() throws IOException {
        PolicyServer server = start(ECHO);
        PolicyClient one = client(server);
        PolicyClient two = client(server);
        for (int i = 0; i < 100; i++) {
            assertThat(one.ask(Requests.numbered(i)).text()).isEqualTo("4.7.1 xs" + i + "@example.org");
            assertThat(two.ask(Requests.numbered(-i)).text()).isEqualTo("4.7.1 xs" + -i + "@example.org");
        }
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void bytes_one_at_a_time_and_ten_requests_in_one_packet_get_the_same_answers() throws IOException {
        PolicyServer server = start(ECHO);
        int[] ten = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
        Socket packet = socket(server);
        send(packet, wire(ten));
        packet.shutdownOutput();
        assertThat(readAll(packet)).isEqualTo(answers(ten));
        Socket bytes = socket(server);
        bytes.setTcpNoDelay(true);
        for (char c : wire(ten).toCharArray()) {
            send(bytes, "" + c);
        }
        bytes.shutdownOutput();
        assertThat(readAll(bytes)).isEqualTo(answers(ten));
    }

    /** The second request is decided first; its answer must still come second. */
    @Test
    void answers_keep_the_order_of_requests_whatever_thread_decides() throws IOException {
        List<CompletableFuture<Outcome>> asked = new CopyOnWriteArrayList<>();
        PolicyServer server = start((request, context) -> {
            CompletableFuture<Outcome> answer = new CompletableFuture<>();
            asked.add(answer);
            return answer;
        });
        Socket socket = socket(server);
        send(socket, wire(1, 2));
        socket.shutdownOutput();
        await().until(() -> asked.size() == 1);
        asked.get(0).complete(Outcome.settle("", new Verdict.Hold("one")));
        await().until(() -> asked.size() == 2);
        asked.get(1).complete(Outcome.settle("", new Verdict.Hold("two")));
        assertThat(readAll(socket)).isEqualTo("action=HOLD one\n\naction=HOLD two\n\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.0\r\n\r\n",
                "\n\n",
                "request=other\n\n",
                "sender=a\0b\n",
                "=\n",
                "\u0016\u0003\u0001"
            })
    void what_is_no_request_ends_that_connection_without_an_answer(String text) throws IOException {
        PolicyServer server = start(ECHO);
        PolicyClient other = client(server);
        Socket socket = socket(server);
        send(socket, text.contains("\n") || text.contains("\0") ? text : text + "\n");
        assertThat(readAll(socket)).isEmpty();
        assertThat(other.ask(Requests.numbered(1)).verb()).isEqualTo("451");
        await().until(() -> server.connections() == 1);
    }

    @Test
    void a_good_request_before_a_bad_one_is_still_answered() throws IOException {
        PolicyServer server = start(ECHO);
        Socket socket = socket(server);
        send(socket, wire(1) + "nonsense\n");
        assertThat(readAll(socket)).isEqualTo(answers(1));
    }

    @Test
    void an_oversized_request_ends_its_connection_whether_it_ever_ends_or_not() throws IOException {
        PolicyServer server =
                start(PolicyServer.builder(deciding(ECHO)).listen(ANY_PORT).limits(new PolicyLimits(2048, 256)));
        for (String text : List.of("sender=" + "x".repeat(257) + "\n", "a=" + "b".repeat(500), "a=b\n".repeat(600))) {
            Socket socket = socket(server);
            send(socket, text);
            assertThat(readAll(socket)).isEmpty();
        }
    }

    @Test
    void more_connections_than_allowed_are_closed_and_there_is_room_again_when_one_leaves() throws IOException {
        PolicyServer server =
                start(PolicyServer.builder(deciding(ECHO)).listen(ANY_PORT).maxConnections(2));
        PolicyClient one = client(server);
        PolicyClient two = client(server);
        one.ask(Requests.numbered(1));
        two.ask(Requests.numbered(2));
        assertThat(readAll(socket(server))).isEmpty();
        assertThat(two.ask(Requests.numbered(2)).verb()).isEqualTo("451");
        one.close();
        await().until(() -> server.connections() == 1);
        assertThat(client(server).ask(Requests.numbered(3)).verb()).isEqualTo("451");
    }

    @Test
    void a_check_that_throws_is_its_fail_mode_and_the_connection_lives() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        PolicyServer server = start((request, context) -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException();
            }
            return CompletableFuture.completedFuture(Outcome.settle("", new Verdict.Hold("second")));
        });
        PolicyClient client = client(server);
        assertThat(client.ask(Requests.numbered(1)).action()).isEqualTo("DUNNO");
        assertThat(client.ask(Requests.numbered(2)).action()).isEqualTo("HOLD second");
    }

    @Test
    void a_decider_without_a_decision_is_no_guess_but_a_closed_connection() throws IOException {
        for (Decider broken : List.<Decider>of(
                (request, deadline) -> CompletableFuture.failedFuture(new IllegalStateException()),
                (request, deadline) -> {
                    throw new IllegalStateException();
                })) {
            PolicyServer server = start(PolicyServer.builder(broken).listen(ANY_PORT));
            PolicyClient client = client(server);
            assertThatThrownBy(() -> client.ask(Requests.numbered(1))).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void a_silent_check_is_answered_for_by_the_deadline() throws IOException {
        PolicyServer server = start(PolicyServer.builder(deciding((request, context) -> new CompletableFuture<>()))
                .listen(ANY_PORT)
                .deadline(Duration.ofMillis(50)));
        assertThat(client(server).ask(Requests.numbered(1)).action()).isEqualTo("DUNNO");
    }

    @Test
    void a_header_is_prepended_once_a_message_and_only_where_postfix_takes_it() throws IOException {
        PolicyServer server = start((request, context) -> CompletableFuture.completedFuture(
                new Outcome.Continue("", List.of(), List.of(new Header("X-One", "1"), new Header("X-Two", "2")))));
        PolicyClient client = client(server);
        PolicyClient other = client(server);
        assertThat(client.ask(Requests.numbered(1)).action()).isEqualTo("PREPEND X-One: 1");
        assertThat(client.ask(Requests.numbered(1)).action()).isEqualTo("DUNNO");
        assertThat(other.ask(Requests.numbered(1)).action()).isEqualTo("DUNNO");
        assertThat(other.ask(Requests.numbered(2)).action()).isEqualTo("PREPEND X-One: 1");
        // However many messages are under way beside it.
        for (int i = 3; i < 300; i++) {
            assertThat(client.ask(Requests.numbered(i)).action()).isEqualTo("PREPEND X-One: 1");
        }
        assertThat(other.ask(Requests.numbered(1)).action()).isEqualTo("DUNNO");
        for (String state : List.of("CONNECT", "EHLO", "HELO", "END-OF-MESSAGE", "VRFY", "ETRN", "NEW")) {
            PolicyRequest request = PolicyRequest.builder()
                    .attribute("request", PolicyRequest.TYPE)
                    .attribute("protocol_state", state)
                    .build();
            assertThat(client.ask(request).action()).isEqualTo("DUNNO");
        }
    }

    @Test
    void stopping_answers_what_is_in_flight_and_takes_nothing_new() throws Exception {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        PolicyServer server = start((request, context) -> {
            asked.incrementAndGet();
            return answer;
        });
        Socket busy = socket(server);
        Socket idle = socket(server);
        send(busy, wire(1));
        await().until(() -> asked.get() == 1 && server.connections() == 2);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        assertThat(readAll(idle)).isEmpty();
        assertThat(closing).isNotDone();
        assertThatThrownBy(() -> client(server)).isInstanceOf(IOException.class);
        answer.complete(Outcome.settle("", new Verdict.Hold("done")));
        assertThat(readAll(busy)).isEqualTo("action=HOLD done\n\n");
        closing.join();
        assertThat(server.connections()).isZero();
    }

    @Test
    void stopping_does_not_wait_longer_than_the_grace() throws IOException {
        PolicyServer server = start(PolicyServer.builder((request, deadline) -> new CompletableFuture<>())
                .listen(ANY_PORT)
                .grace(Duration.ofMillis(50)));
        Socket socket = socket(server);
        send(socket, wire(1));
        await().until(() -> server.connections() == 1);
        server.close();
        assertThat(readAll(socket)).isEmpty();
    }

    @Test
    void a_request_that_does_not_go_on_is_given_up() throws IOException {
        PolicyServer server =
                start(PolicyServer.builder(deciding(ECHO)).listen(ANY_PORT).requestTimeout(Duration.ofMillis(100)));
        Socket begun = socket(server);
        send(begun, "request=smtpd_access_policy\nsen");
        PolicyClient idle = client(server);
        assertThat(readAll(begun)).isEmpty();
        assertThat(idle.ask(Requests.numbered(1)).verb()).isEqualTo("451");
    }

    /** A client that sends and never reads must not make the server collect answers or requests without bound. */
    @Test
    void a_client_that_does_not_read_is_not_read_from() throws IOException {
        String longText = "y".repeat(250);
        PolicyServer server = start((request, context) -> CompletableFuture.completedFuture(
                Outcome.settle("", new Verdict.Defer(451, new ReplyText("4.7.1", longText)))));
        Socket socket = socket(server);
        int sent = 20_000;
        Thread writer = new Thread(() -> {
            try {
                for (int i = 0; i < sent; i++) {
                    send(socket, wire(i));
                }
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        writer.start();
        // The writer stalls once the buffers between are full; only reading sets it free.
        assertThat(client(server).ask(Requests.numbered(1)).verb()).isEqualTo("451");
        int lines = 0;
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[65536];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            for (int i = 0; i < read; i++) {
                lines += buffer[i] == '\n' ? 1 : 0;
            }
        }
        assertThat(lines).isEqualTo(2 * sent);
    }

    @Test
    void an_idle_connection_outlives_postfixs_1000_seconds_and_is_closed_after_the_idle_timeout() throws Exception {
        AtomicLong now = new AtomicLong();
        PolicyServer server = start(PolicyServer.builder(deciding(ECHO))
                .listen(ANY_PORT)
                .loops(1)
                .nanoTime(now::get)
                .idleTimeout(Duration.ofMinutes(50)));
        PolicyClient client = client(server);
        for (int i = 1; i <= 3; i++) {
            // The loop looks at its connections once a second of this clock, at the latest when it has answered.
            now.addAndGet(Duration.ofSeconds(2900).toNanos());
            assertThat(client.ask(Requests.numbered(i)).verb()).isEqualTo("451");
            assertThat(server.connections()).isEqualTo(1);
        }
        now.addAndGet(Duration.ofSeconds(3002).toNanos());
        await().until(() -> server.connections() == 0);
    }

    @Test
    void silly_settings_are_named() {
        PolicyServer.Builder none = PolicyServer.builder(deciding(ECHO));
        assertThatThrownBy(none::start).hasMessageContaining("listen");
        assertThatThrownBy(() -> PolicyServer.builder(deciding(ECHO))
                        .listen(ANY_PORT)
                        .idleTimeout(Duration.ofSeconds(1000))
                        .start())
                .hasMessageContaining("idleTimeout");
        assertThatThrownBy(() -> PolicyServer.builder(deciding(ECHO))
                        .listen(ANY_PORT)
                        .deadline(Duration.ZERO)
                        .start())
                .hasMessageContaining("deadline");
    }

    @Test
    void a_taken_port_is_named_and_nothing_is_left_listening() throws IOException {
        PolicyServer first = start(ECHO);
        Endpoint taken = first.endpoints().get(0);
        assertThatThrownBy(() -> PolicyServer.builder(deciding(ECHO))
                        .listen(ANY_PORT)
                        .listen(taken)
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(taken.toString());
    }
}
