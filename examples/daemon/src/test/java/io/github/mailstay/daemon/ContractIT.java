// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.postfix.PolicyClient;
import io.github.mailstay.postfix.PolicyReply;
import io.github.mailstay.testkit.real.Real;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the daemon as a process: ready line, settings, exit codes, commands, files. */
class ContractIT {
    @TempDir
    private Path dir;

    static PolicyRequest rcpt(String client, String sender, String recipient) {
        return PolicyRequest.builder()
                .attribute("request", PolicyRequest.TYPE)
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", sender)
                .attribute("recipient", recipient)
                .build();
    }

    static PolicyReply ask(DaemonProcess daemon, PolicyRequest request) throws IOException {
        try (PolicyClient client = PolicyClient.connect(daemon.policy(), Duration.ofSeconds(30))) {
            return client.ask(request);
        }
    }

    @Test
    void it_says_where_it_listens_and_ends_with_0_on_sigterm() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0")) {
            assertThat(daemon.ready())
                    .matches("mailstayd ready policy=inet:127\\.0\\.0\\.1:[1-9][0-9]+ control=unix:" + dir
                            + "/data/control\\.sock");
            assertThat(ask(daemon, rcpt("198.51.100.1", "a@example.org", "b@example.net"))
                            .action())
                    .isEqualTo("DUNNO");
            assertThat(daemon.log()).contains("nothing will be greylisted");
            assertThat(daemon.stop()).isZero();
        }
        assertThat(dir.resolve("data/control.sock")).doesNotExist();
    }

    @Test
    void several_listeners_and_none() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(
                dir, "policy.listen=[\"inet:127.0.0.1:0\",\"unix:" + dir + "/p\"]", "control.listen=")) {
            assertThat(daemon.ready())
                    .contains("policy=inet:")
                    .contains("policy=unix:" + dir + "/p")
                    .doesNotContain("control=");
        }
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=[]")) {
            assertThat(daemon.ready()).doesNotContain("policy=");
        }
    }

    @Test
    void each_mistake_is_a_line_and_the_exit_is_78() throws Exception {
        Path file = dir.resolve("m.conf");
        Files.writeString(file, """
                greylist {
                  delay = soon
                  mode = everbody
                }
                polcy.listen = []
                rbl.lists = [
                  { id = a, zone = a.example, reply = "127.0.0.[2" }
                  { id = a, zone = b.example, wait = 3 }
                ]
                """);
        DaemonProcess.Result result = DaemonProcess.run(
                dir, "run", "--config", file.toString(), "--set", "rbl.greylist-at=0", "--set", "policy.listen=tcp:1");
        assertThat(result.exit()).isEqualTo(78);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains(file + ":2: greylist.delay: 'soon' must be a time from")
                .contains(file + ":3: greylist.mode: 'everbody' must be one of suspicious, everyone, off")
                .contains(file + ":5: polcy.listen: is no setting; did you mean policy.listen?")
                .contains(file + ":7: rbl.lists.reply: ")
                .contains(file + ":8: rbl.lists.wait: is no setting")
                .contains(file + ":8: rbl.lists.id: 'a' is the id of another list too")
                .contains("--set:1: rbl.greylist-at: '0' must be a whole number from 1")
                .contains("--set:2: policy.listen: 'tcp:1' is neither inet:HOST:PORT nor unix:/PATH");
        assertThat(DaemonProcess.run(dir, "check-config", "--config", dir + "/none.conf")
                        .exit())
                .isEqualTo(78);
        Files.writeString(file, "greylist { delay = 5m\n");
        assertThat(DaemonProcess.run(dir, "check-config", "--config", file.toString())
                        .err())
                .startsWith(file + ":");
        Files.writeString(file, "greylist { delay = 7m }\n");
        assertThat(DaemonProcess.run(dir, "check-config", "--config", file.toString())
                        .exit())
                .isZero();
        assertThat(DaemonProcess.run(dir, "nonsense").exit()).isEqualTo(64);
    }

    @Test
    void a_data_dir_in_use_is_75_and_a_taken_port_69() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0")) {
            DaemonProcess.Result second = DaemonProcess.run(
                    dir, "run", "--set", "data-dir=" + dir + "/data", "--set", "policy.listen=inet:127.0.0.1:0");
            assertThat(second.exit()).isEqualTo(75);
            assertThat(second.err()).contains(dir + "/data").contains("in use");
            DaemonProcess.Result port = DaemonProcess.run(
                    dir, "run", "--set", "data-dir=" + dir + "/other", "--set", "policy.listen=" + daemon.policy());
            assertThat(port.exit()).isEqualTo(69);
            assertThat(port.err()).contains(daemon.policy().toString());
        }
    }

    @Test
    void a_store_in_use_by_another_program_is_75() throws Exception {
        Path data = Files.createDirectory(dir.resolve("data"));
        try (FileChannel lock = FileChannel.open(
                data.resolve("greylist.db.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(lock.tryLock()).isNotNull();
            DaemonProcess.Result result = DaemonProcess.run(dir, "run", "--set", "data-dir=" + data);
            assertThat(result.exit()).as(result.err()).isEqualTo(75);
            assertThat(result.err()).contains("greylist.store");
        }
    }

    @Test
    @Real({"root", "setpriv", "nc"})
    void the_control_socket_answers_no_other_user_even_one_who_gets_to_it() throws Exception {
        Path open = Files.createTempDirectory("mailstay-it-");
        try (DaemonProcess daemon =
                DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0", "control.listen=\"unix:" + open + "/c\"")) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(open.resolve("c"), PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(ask(List.of("nc", "-N", "-U", open + "/c"))).endsWith("\0000");
            List<String> nobody = List.of(
                    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "nc", "-N", "-U", open + "/c");
            assertThat(ask(nobody)).isEmpty();
            assertThat(daemon.log()).contains("control: user nobody is refused");
            assertThat(daemon.stop()).isZero();
        } finally {
            Files.delete(open);
        }
    }

    private static String ask(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(":greylist\n:stats\n\n".getBytes(StandardCharsets.UTF_8));
        }
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return answer;
    }

    @Test
    void a_damaged_database_is_set_aside_and_the_daemon_starts() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0")) {
            assertThat(daemon.stop()).isZero();
        }
        Path database = dir.resolve("data/greylist.db");
        byte[] damaged = Files.readAllBytes(database);
        Arrays.fill(damaged, 0, 100, (byte) 0);
        Files.write(database, damaged);
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0");
                Stream<Path> files = Files.list(dir.resolve("data"))) {
            assertThat(daemon.log()).contains(" ERROR ").contains("set aside as " + database + ".corrupt-");
            Path aside = files.filter(file -> file.toString().startsWith(database + ".corrupt-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(aside).hasBinaryContent(damaged);
            assertThat(daemon.stop()).isZero();
        }
    }

    @Test
    void files_are_private_and_native_code_is_not_in_a_shared_place() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0")) {
            for (String name : List.of("greylist.key", "greylist.db", "lock", "control.sock")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("data/" + name))))
                        .as(name)
                        .isEqualTo("rw-------");
            }
            for (String name : List.of("data", "data/native")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(name))))
                        .as(name)
                        .isEqualTo("rwx------");
            }
            assertThat(Files.readString(Path.of("/proc/" + daemon.pid() + "/maps")))
                    .contains(dir + "/data/native/sqlite-");
            daemon.kill();
        }
        try (DaemonProcess again = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0");
                Stream<Path> files = Files.list(dir.resolve("data/native"))) {
            assertThat(files.filter(f -> f.toString().endsWith(".so"))).hasSize(1);
            assertThat(again.stop()).isZero();
        }
    }

    @Test
    void a_key_others_can_read_or_another_key_is_78() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0")) {
            assertThat(daemon.stop()).isZero();
        }
        Path key = dir.resolve("data/greylist.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        DaemonProcess.Result readable = DaemonProcess.run(dir, "run", "--set", "data-dir=" + dir + "/data");
        assertThat(readable.exit()).isEqualTo(78);
        assertThat(readable.err()).contains(key.toString());
        Files.delete(key);
        DaemonProcess.Result other = DaemonProcess.run(dir, "run", "--set", "data-dir=" + dir + "/data");
        assertThat(other.exit()).isEqualTo(78);
        assertThat(other.err()).contains("greylist.store").contains("key");
    }

    @Test
    void commands_work_beside_a_running_daemon_and_without_one() throws Exception {
        String[] data = {"--set", "data-dir=" + dir + "/data"};
        try (DaemonProcess daemon = DaemonProcess.start(
                dir, "policy.listen=inet:127.0.0.1:0", "greylist.mode=everyone", "greylist.delay=10m")) {
            assertThat(ask(daemon, rcpt("198.51.100.1", "a@example.org", "b@example.net"))
                            .verb())
                    .isEqualTo("451");
            assertThat(ask(daemon, rcpt("198.51.100.2", "", "b@example.net")).verb())
                    .isEqualTo("451");
            commands(data);
            DaemonProcess.Result stats = DaemonProcess.run(dir, "greylist", "stats", "--json", data[0], data[1]);
            assertThat(stats.out()).contains("\"decisions.deferred\":2");
            assertThat(daemon.stop()).isZero();
            assertThat(daemon.log())
                    .containsPattern(
                            " INFO  decision action=\"451 4\\.7\\.1 Greylisted, please try again later\" state=RCPT "
                                    + "client=198\\.51\\.100\\.1 sender=a@example\\.org recipient=b@example\\.net ms=[0-9.]+ "
                                    + "greylist\\.result=first greylist\\.left=600s greylist\\.ms=[0-9.]+");
        }
        commands(data);
        changes(data);
    }

    private void commands(String[] data) throws Exception {
        DaemonProcess.Result list = DaemonProcess.run(dir, "greylist", "list", "--json", data[0], data[1]);
        assertThat(list.exit()).as(list.err()).isZero();
        assertThat(list.out().lines()).hasSize(2).allMatch(line -> line.contains("\"tries\":1"));
        // Any address of the same network is the same client.
        DaemonProcess.Result show = DaemonProcess.run(
                dir, "greylist", "show", "198.51.100.99", "a@example.org", "b@example.net", data[0], data[1]);
        assertThat(show.exit()).isZero();
        assertThat(show.out()).contains("first-seen").contains("tries       1");
        assertThat(DaemonProcess.run(dir, "greylist", "show", "198.51.100.2", "<>", "b@example.net", data[0], data[1])
                        .exit())
                .isZero();
        assertThat(DaemonProcess.run(dir, "greylist", "show", "198.51.101.2", "", "b@example.net", data[0], data[1])
                        .exit())
                .isEqualTo(69);
        DaemonProcess.Result stats = DaemonProcess.run(dir, "greylist", "stats", data[0], data[1]);
        assertThat(stats.out()).containsPattern("entries +2\n").containsPattern("waiting +2\n");
    }

    private void changes(String[] data) throws Exception {
        for (String[] words : new String[][] {
            {"allow", "198.51.100.99", "a@example.org", "b@example.net"},
            {"allow", "203.0.113.1"},
            {"show", "203.0.113.200", "--json"},
            {"forget", "203.0.113.1"},
            {"forget", "198.51.100.2", "<>", "b@example.net"}
        }) {
            List<String> line = new ArrayList<>(List.of("greylist"));
            line.addAll(List.of(words));
            line.addAll(List.of(data[0], data[1]));
            DaemonProcess.Result done = DaemonProcess.run(dir, line.toArray(String[]::new));
            assertThat(done.exit()).as(line + done.out() + done.err()).isZero();
            if (words[0].equals("show")) {
                assertThat(done.out()).contains("\"passes\":5").contains("\"trusted\":true");
            }
        }
        assertThat(DaemonProcess.run(dir, "greylist", "forget", "203.0.113.1", data[0], data[1])
                        .exit())
                .isEqualTo(69);
        assertThat(DaemonProcess.run(dir, "greylist", "allow", "nonsense", data[0], data[1])
                        .exit())
                .isEqualTo(64);
        DaemonProcess.Result stats = DaemonProcess.run(dir, "greylist", "stats", data[0], data[1]);
        assertThat(stats.out()).containsPattern("entries +1\n").containsPattern("passed +1\n");
    }

    @Test
    void the_demo_shows_a_listed_sender_deferred_and_passing_on_its_retry() throws Exception {
        DaemonProcess.Result demo = DaemonProcess.run(dir, "demo", "--once");
        assertThat(demo.exit()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out())
                .containsPattern("listed, patient +at once +451 try later")
                .containsPattern("listed, patient +at \\d+ s +PREPEND .* has waited \\d+s")
                .contains("X-Greylist: delayed ");
        assertThat(demo.out().lines().filter(line -> !line.startsWith("  "))).allMatch(line -> line.length() <= 80);
        assertThat(DaemonProcess.run(dir, "version").out()).startsWith("mailstayd ");
    }

    @Test
    void a_stopped_daemon_takes_no_questions() throws Exception {
        DaemonProcess daemon = DaemonProcess.start(dir, "policy.listen=inet:127.0.0.1:0");
        daemon.stop();
        assertThatThrownBy(() -> ask(daemon, rcpt("198.51.100.1", "a@example.org", "b@example.net")))
                .isInstanceOf(IOException.class);
    }
}
