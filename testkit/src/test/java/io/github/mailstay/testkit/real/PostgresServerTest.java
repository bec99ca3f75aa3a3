// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@Real({"postgresql", "psql"})
class PostgresServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void answers(RealServers servers) {
        assertThat(ask(servers.postgresql().port(), "SELECT 6 * 7")).isEqualTo("42");
        assertThat(servers.postgresql()).isSameAs(servers.postgresql());
    }

    @Test
    void keepsItsDataOverAStopAndACrash(RealServers servers) {
        PostgresServer server = servers.start(PostgresServer.builder().set("work_mem", "5MB"));
        assertThat(ask(server.port(), "SHOW work_mem")).isEqualTo("5MB");
        assertThat(ask(server.port(), "CREATE TABLE t AS SELECT 1 AS x")).isEqualTo("SELECT 1");
        server.stop();
        assertThat(listens(server.port())).isFalse();
        server.startAgain();
        assertThat(ask(server.port(), "INSERT INTO t VALUES (2)")).isEqualTo("INSERT 0 1");
        server.crash();
        server.startAgain();
        assertThat(ask(server.port(), "SELECT sum(x) FROM t")).isEqualTo("3");
    }

    @Test
    void itsStandbyHasWhatWasCommitted(RealServers servers) {
        PostgresServer server = servers.start(PostgresServer.builder().standby());
        assertThat(ask(server.port(), "CREATE TABLE t AS SELECT 7 AS x")).isEqualTo("SELECT 1");
        assertThat(ask(server.standbyPort(), "SELECT pg_is_in_recovery()")).isEqualTo("t");
        server.crash();
        server.promote();
        assertThat(ask(server.standbyPort(), "INSERT INTO t SELECT x + 1 FROM t"))
                .isEqualTo("INSERT 0 1");
        assertThat(ask(server.standbyPort(), "SELECT sum(x) FROM t")).isEqualTo("15");
    }

    @Test
    void leavesNoProcessAndNoFile() {
        PostgresServer server = PostgresServer.builder().standby().start();
        server.freeze();
        Path directory = server.directory();
        List<ProcessHandle> processes = server.processes();
        assertThat(processes).hasSizeGreaterThan(8).allMatch(PrivateProcess::isAlive);

        server.close();
        server.close();

        assertThat(processes).noneMatch(PrivateProcess::isAlive);
        assertThat(directory).doesNotExist();
    }

    @Test
    void showsItsLogIfItDoesNotStart() {
        var wrong = PostgresServer.builder().set("work_mem", "much");

        assertThatThrownBy(wrong::start).isInstanceOf(RealServerException.class).hasMessageContaining("work_mem");
    }

    @Test
    void refusesWhatIsNoSettingAndAStandbyThatIsNotThere(RealServers servers) {
        assertThatThrownBy(() -> PostgresServer.builder().set("work mem", "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("work mem");
        assertThatThrownBy(() -> servers.postgresql().standbyPort()).isInstanceOf(IllegalStateException.class);
    }

    private static String ask(int port, String sql) {
        List<String> command = List.of(
                "psql",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                PostgresServer.LOGIN,
                "-d",
                "postgres",
                "-Atc",
                sql);
        try (WorkDirectory work = WorkDirectory.create("psql");
                PrivateProcess psql = PrivateProcess.builder(work, "psql", command)
                        .environment("PGPASSWORD", PostgresServer.PASSWORD)
                        .start()) {
            assertThat(Waiting.until(Deadline.in(LIMIT), () -> !psql.isAlive())).isTrue();
            return LogFile.text(psql.log()).strip();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
