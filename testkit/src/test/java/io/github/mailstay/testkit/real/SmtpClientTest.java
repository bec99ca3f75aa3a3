// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no real server does: the client against a server that says anything. */
class SmtpClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void readsRepliesOfMoreLines() throws Exception {
        try (SmtpClient client = against("220-one\r\n220 two\r\n250\r\n", TIMEOUT)) {
            assertThat(client.greeting()).isEqualTo(new SmtpReply(220, "one\ntwo"));
            assertThat(client.ehlo("a")).isEqualTo(new SmtpReply(250, ""));
        }
    }

    @Test
    void doesNotTakeSilenceForAnAnswer() {
        assertThatThrownBy(() -> against("220-one\r\n", Duration.ofMillis(50)))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void tellsThatTheServerHungUp() {
        assertThatThrownBy(() -> against("220-one\r\n22", TIMEOUT, true)).isInstanceOf(EOFException.class);
    }

    @Test
    void sendsOneCommandAtATime() throws Exception {
        try (SmtpClient client = against("220 one\r\n", TIMEOUT)) {
            assertThatThrownBy(() -> client.mailFrom("a@b>\r\nRCPT TO:<c@d"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.xclient("no address")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private SmtpClient against(String replies, Duration timeout) throws IOException {
        return against(replies, timeout, false);
    }

    private SmtpClient against(String replies, Duration timeout, boolean hangsUp) throws IOException {
        Thread server = new Thread(() -> {
            try (Socket peer = listener.accept()) {
                peer.getOutputStream().write(replies.getBytes(StandardCharsets.US_ASCII));
                if (!hangsUp) {
                    peer.getInputStream().readAllBytes(); // until the client goes
                }
            } catch (IOException e) {
                // The client has gone.
            }
        });
        server.setDaemon(true);
        server.start();
        return SmtpClient.connect(listener.getLocalPort(), timeout);
    }
}
