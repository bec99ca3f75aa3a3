// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.mailstay.postfix.Endpoint;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * README's transcripts, settings and program are what really happens, is accepted and is compiled. With {@code
 * -Dmailstay.readme=write} the test writes them instead of comparing.
 */
class ReadmeIT {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path README = ROOT.resolve("README.md");
    private static final Path NC = Path.of("/bin/nc.openbsd");
    private static final String QUESTION = "request=smtpd_access_policy\\nprotocol_state=RCPT\\n"
            + "client_address=198.51.100.7\\nsender=ann@example.org\\nrecipient=bob@example.com\\n\\n";
    private static final String ASK = "ask() { printf '" + QUESTION + "' | nc -N 127.0.0.1 10023; }";

    @TempDir
    private Path dir;

    @Test
    void the_transcript_is_what_the_daemon_answers() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(
                dir, "policy.listen=inet:127.0.0.1:0", "greylist.mode=everyone", "greylist.delay=2s")) {
            String first = ask(daemon);
            String retry = await().atMost(Duration.ofSeconds(60)).until(() -> ask(daemon), it -> !it.equals(first));
            String transcript = "$ " + ASK + "\n$ ask\n" + first + "$ sleep 2; ask\n" + retry + "$ ask\n" + ask(daemon);
            check(
                    "transcript: nc",
                    indented(transcript.replaceAll("mailstay( at \\S+)?\n", "mailstay at HOST\n")),
                    ReadmeIT::withoutTimes);
        }
    }

    @Test
    void the_demonstration_goes_as_it_is_shown() throws Exception {
        AssertionError failure = new AssertionError("not run");
        // It lives on seconds: one that a busy machine holds up for that long takes another course.
        for (int attempt = 0; attempt < 3; attempt++) {
            DaemonProcess.Result demo = DaemonProcess.run(dir, "demo", "--once");
            try {
                assertThat(demo.exit()).as(demo.out() + demo.err()).isZero();
                String shown = demo.out()
                        .replaceAll("127\\.0\\.0\\.1([: ])\\d+", "127.0.0.1$1PORT")
                        // Where the line is cut depends on the host's name.
                        .replaceAll("(header: .* by mailstay).*", "$1 at HOST; listed by demo");
                check("transcript: demo", indented(shown), ReadmeIT::withoutTimes);
                return;
            } catch (AssertionError e) {
                failure = e;
            }
        }
        throw failure;
    }

    @Test
    void the_settings_are_good() throws Exception {
        Path config = Files.writeString(dir.resolve("mailstayd.conf"), block("source: config"));
        DaemonProcess.Result result = DaemonProcess.run(dir, "check-config", "--config", config.toString());
        assertThat(result.exit()).as(result.err()).isZero();
    }

    @Test
    void the_program_is_the_one_that_is_compiled() throws IOException {
        Path source = ROOT.resolve("examples/embed/src/main/java/io/github/mailstay/examples/embed/EmbedChain.java");
        String text = Files.readString(source);
        int from = text.indexOf('\n', text.indexOf("// README begin")) + 1;
        int to = text.lastIndexOf('\n', text.indexOf("// README end")) + 1;
        check(
                "source: EmbedChain",
                indented(text.substring(from, to).stripTrailing().stripIndent()),
                it -> it);
    }

    /** Asked by nc, as README says, or by a plain socket where there is no such nc. */
    private String ask(DaemonProcess daemon) throws IOException, InterruptedException {
        String question = QUESTION.translateEscapes();
        Endpoint.Inet policy = (Endpoint.Inet) daemon.policy();
        if (!Files.isExecutable(NC)) {
            try (Socket socket = new Socket()) {
                socket.connect(policy.address(), 30_000);
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            }
        }
        Path in = Files.writeString(dir.resolve("question"), question);
        Path out = dir.resolve("answer");
        Process nc = new ProcessBuilder(NC.toString(), "-N", "127.0.0.1", "" + policy.port())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(nc.waitFor(30, TimeUnit.SECONDS)).as("nc ends").isTrue();
            assertThat(nc.exitValue()).isZero();
            return Files.readString(out);
        } finally {
            nc.destroyForcibly();
        }
    }

    private static String indented(String text) {
        return text.lines()
                .map(line -> line.isBlank() ? "" : "    " + line)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String withoutTimes(String text) {
        return text.replaceAll("\\b\\d+( ?)(ms|s|seconds)\\b", "N$1$2").replaceAll(" +", " ");
    }

    /** Holds a block against what was just made; {@code same} leaves out what differs between two runs. */
    private static void check(String name, String fresh, UnaryOperator<String> same) throws IOException {
        if ("write".equals(System.getProperty("mailstay.readme"))) {
            String readme = Files.readString(README);
            MatchResult block = find(name, readme);
            Files.writeString(README, readme.substring(0, block.start(1)) + fresh + readme.substring(block.end(1)));
        } else {
            assertThat(same.apply(block(name))).as(name).isEqualTo(same.apply(fresh));
        }
    }

    private static String block(String name) throws IOException {
        return find(name, Files.readString(README)).group(1);
    }

    private static MatchResult find(String name, String readme) {
        return Pattern.compile("<!-- " + Pattern.quote(name) + " -->\n(.*?)<!-- end -->", Pattern.DOTALL)
                .matcher(readme)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError("README has no mark " + name));
    }
}
