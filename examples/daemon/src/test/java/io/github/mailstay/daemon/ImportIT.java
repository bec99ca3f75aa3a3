// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code greylist import} as a person runs it: beside the daemon, and without one. */
class ImportIT {
    private static final String[] DAEMON = {"policy.listen=inet:127.0.0.1:0", "greylist.mode=everyone"};
    private static final int MANY = 20_000;

    @TempDir
    private Path dir;

    private final long now = Instant.now().getEpochSecond();

    private DaemonProcess.Result greylist(String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("greylist"));
        line.addAll(List.of(words));
        line.addAll(List.of("--set", "data-dir=" + dir + "/data"));
        return DaemonProcess.run(dir, line.toArray(String[]::new));
    }

    private Path dump(String name, List<String> lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("VERSION=3", "format=print", "type=btree", "HEADER=END"));
        all.addAll(lines);
        all.add("DATA=END");
        return Files.write(dir.resolve(name), all);
    }

    private Path postgrey() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            lines.add(" 192.0.2.0/s" + (char) ('a' + i % 26) + "@d" + i + ".example.org/bob@example.com");
            lines.add(" " + (now - 86_400) + "," + (now - 3600));
        }
        lines.add(" not-a-triplet");
        lines.add(" " + now + "," + now);
        return dump("postgrey.dump", lines);
    }

    @Test
    void whatPostgreyKnowsPassesBesideARunningDaemonAndTwiceIsOnce() throws Exception {
        Path file = postgrey();
        try (DaemonProcess daemon = DaemonProcess.start(dir, DAEMON)) {
            for (int time = 0; time < 2; time++) {
                DaemonProcess.Result done = greylist("import", "--from", "postgrey", file.toString());
                assertThat(done.exit()).as(done.out() + done.err()).isZero();
                assertThat(done.out())
                        .contains("postgrey.dump:" + (5 + 2 * MANY) + ": ")
                        .endsWith("imported " + MANY + ", expired and left out 0, skipped 1\n");
                assertThat(done.err()).as("no bar, since this is no terminal").isEmpty();
            }
            assertThat(greylist("stats").out()).containsPattern("entries +" + MANY + "\n");
            assertThat(ContractIT.ask(daemon, ContractIT.rcpt("192.0.2.77", "sb@d1.example.org", "bob@example.com"))
                            .verb())
                    .as("the first question of one who has passed there")
                    .isNotEqualTo("451");
            assertThat(ContractIT.ask(daemon, ContractIT.rcpt("192.0.2.77", "new@d1.example.org", "bob@example.com"))
                            .verb())
                    .isEqualTo("451");
            assertThat(daemon.stop()).isZero();
        }
    }

    @Test
    void withoutADaemonTheStoreIsOpenedHere() throws Exception {
        Path clients = dump("clients", List.of(" 192.0.2.1", " 7," + (now - 3600)));
        DaemonProcess.Result done = greylist("import", "--from", "postgrey-clients", "--json", clients.toString());
        assertThat(done.exit()).as(done.err()).isZero();
        assertThat(done.out()).isEqualTo("{\"imported\":1,\"expired\":0,\"skipped\":0,\"problems\":[]}\n");
        assertThat(greylist("show", "192.0.2.200").out()).containsPattern("trusted +true");

        Path csv = Files.writeString(
                dir.resolve("connect.csv"),
                "sender_name,sender_domain,src,rcpt,first_seen\njoe,example.org,198.51.100,bob@example.com,"
                        + (now - 60) + "\n");
        assertThat(greylist("import", "--from", "sqlgrey-connect", csv.toString())
                        .out())
                .startsWith("imported 1,");
        assertThat(greylist("show", "198.51.100.9", "joe@example.org", "bob@example.com")
                        .exit())
                .isZero();
    }

    @Test
    void whatCannotBeImportedIsNamed() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, DAEMON)) {
            Path text = Files.writeString(dir.resolve("text"), "hello\n".repeat(1_000_000));
            DaemonProcess.Result wrong = greylist("import", "--from", "postgrey", text.toString());
            assertThat(wrong.exit()).isEqualTo(65);
            assertThat(wrong.out()).isEqualTo("text:1: is no db_dump, which begins with VERSION=3\n");

            DaemonProcess.Result missing = greylist("import", "--from", "postgrey", dir + "/nowhere");
            assertThat(missing.exit()).isEqualTo(66);
            assertThat(missing.err()).contains("cannot read " + dir + "/nowhere");

            DaemonProcess.Result source = greylist("import", "--from", "sendmail", text.toString());
            assertThat(source.exit()).isEqualTo(64);
            assertThat(source.out()).contains("postgrey, postgrey-clients, sqlgrey-connect");

            assertThat(greylist("import", "--from", "postgrey", "--delay", "5", text.toString())
                            .err())
                    .isEqualTo("--delay: '5' must be a time as 5m or 300s\n");
            assertThat(greylist("import", "--from", "postgrey", "--zone", "Mars", text.toString())
                            .out())
                    .isEqualTo("'Mars' is no time zone, as UTC or Europe/Berlin\n");

            Path hashed = dump("hashed", List.of(" da39a3ee5e6b4b0d3255bfef95601890afd80709", " 1,2"));
            assertThat(greylist("import", "--from", "postgrey", hashed.toString())
                            .exit())
                    .as("nothing could be taken over")
                    .isEqualTo(65);
            assertThat(daemon.stop()).isZero();
        }
    }

    @Test
    void oneAtATimeAndOneWhoGoesAwayLeavesWhatHeSent() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(dir, DAEMON)) {
            byte[] whole = Files.readAllBytes(postgrey());
            Process slow = new ProcessBuilder(DaemonProcess.command(
                            "greylist", "import", "--from", "postgrey", "-", "--set", "data-dir=" + dir + "/data"))
                    .redirectErrorStream(true)
                    .start();
            try {
                OutputStream pipe = slow.getOutputStream();
                pipe.write(whole, 0, whole.length / 2);
                pipe.flush();
                Path clients = dump("clients", List.of(" 192.0.2.1", " 7," + now));
                DaemonProcess.Result second = await(75, "--from", "postgrey-clients", clients.toString());
                assertThat(second.out()).isEqualTo("an import is under way; try again when it has ended\n");
            } finally {
                slow.destroyForcibly();
                assertThat(slow.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            DaemonProcess.Result again =
                    await(0, "--from", "postgrey", dir.resolve("postgrey.dump").toString());
            assertThat(again.out()).contains("imported " + MANY + ",");
            assertThat(daemon.stop()).isZero();
        }
    }

    /** What is said once an import under way has begun, or ended. */
    private DaemonProcess.Result await(int exit, String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of("import"));
        line.addAll(List.of(words));
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            DaemonProcess.Result result = greylist(line.toArray(String[]::new));
            if (result.exit() == exit || System.nanoTime() > end) {
                assertThat(result.exit()).as(result.out() + result.err()).isEqualTo(exit);
                return result;
            }
        }
    }
}
