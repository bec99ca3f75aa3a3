// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.PolicyChain;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a server is used by being there
class UnixSocketTest {
    @TempDir
    Path dir;

    private Path path;

    @BeforeEach
    void setPath() {
        path = dir.resolve("policy");
    }

    private PolicyServer.Builder server() {
        return PolicyServer.builder(PolicyChain.builder().build()).listen(new Endpoint.Unix(path));
    }

    private String ask() throws IOException {
        try (PolicyClient client = PolicyClient.connect(new Endpoint.Unix(path), Duration.ofSeconds(30))) {
            return client.ask(Requests.numbered(1)).action();
        }
    }

    @Test
    void it_is_bound_with_mode_and_group_and_gone_afterwards() throws IOException {
        String group =
                Files.readAttributes(dir, PosixFileAttributes.class).group().getName();
        try (PolicyServer server =
                server().socketMode("rw-rw----").socketGroup(group).start()) {
            assertThat(server.endpoints()).containsExactly(new Endpoint.Unix(path));
            PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
            assertThat(PosixFilePermissions.toString(attributes.permissions())).isEqualTo("rw-rw----");
            assertThat(attributes.group().getName()).isEqualTo(group);
            assertThat(ask()).isEqualTo("DUNNO");
            try (Stream<Path> files = Files.list(dir)) {
                assertThat(files).containsExactly(path);
            }
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void a_stale_socket_is_replaced() throws IOException {
        // Closing the channel leaves the file behind, as a killed server does.
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        try (PolicyServer server = server().start()) {
            assertThat(ask()).isEqualTo("DUNNO");
        }
    }

    @Test
    void a_living_socket_is_left_alone() throws IOException {
        try (PolicyServer first = server().start()) {
            assertThatThrownBy(() -> server().start())
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("in use")
                    .hasMessageContaining(path.toString());
            assertThat(ask()).isEqualTo("DUNNO");
        }
    }

    @Test
    void a_file_in_its_place_is_left_alone() throws IOException {
        Files.writeString(path, "mine");
        assertThatThrownBy(() -> server().start()).hasMessageContaining("is no socket");
        assertThat(path).hasContent("mine");
    }

    @Test
    void a_socket_of_another_server_in_our_place_survives_our_end() throws IOException {
        PolicyServer old = server().start();
        Files.delete(path);
        try (PolicyServer successor = server().start()) {
            old.close();
            assertThat(ask()).isEqualTo("DUNNO");
        }
    }

    @Test
    void trouble_names_the_setting() {
        assertThatThrownBy(() -> server().socketGroup("no-such-group-here").start())
                .hasMessageContaining("no-such-group-here");
        assertThat(path).doesNotExist();
        Endpoint.Unix nowhere = new Endpoint.Unix(dir.resolve("missing/policy"));
        assertThatThrownBy(() -> PolicyServer.builder(PolicyChain.builder().build())
                        .listen(nowhere)
                        .start())
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> new Endpoint.Unix(Path.of("/" + "x".repeat(96))))
                .hasMessageContaining("96");
    }
}
