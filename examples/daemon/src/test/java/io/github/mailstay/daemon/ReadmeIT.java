// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.postfix.PolicyClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * README's transcript and program are what really happens and what is really compiled. With {@code
 * -Dmailstay.readme=write} the test writes them instead of comparing.
 */
class ReadmeIT {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path README = ROOT.resolve("README.md");
    private static final String ASK = "ask() { printf 'request=smtpd_access_policy\\nprotocol_state=RCPT\\n"
            + "client_address=198.51.100.7\\nsender=ann@example.org\\nrecipient=bob@example.com\\n\\n'"
            + " | nc -N 127.0.0.1 10023; }";

    @TempDir
    private Path dir;

    @Test
    void the_transcript_is_what_the_daemon_answers() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(
                dir, "policy.listen=inet:127.0.0.1:0", "greylist.mode=everyone", "greylist.delay=2s")) {
            StringBuilder transcript = new StringBuilder("    $ " + ASK + "\n    $ ask\n");
            transcript.append(ask(daemon)).append("    $ sleep 2; ask\n");
            TimeUnit.SECONDS.sleep(2);
            transcript.append(ask(daemon)).append("    $ ask\n").append(ask(daemon));
            // The host's name, and a second more on a busy machine, are not the point.
            String plain = transcript
                    .toString()
                    .replaceAll("mailstay( at \\S+)?\n", "mailstay at HOST\n")
                    .replaceAll("delayed [0-9]+ seconds", "delayed 2 seconds");
            check("transcript: nc", plain);
        }
    }

    @Test
    void the_program_is_the_one_that_is_compiled() throws IOException {
        Path source = ROOT.resolve("examples/embed/src/main/java/io/github/mailstay/examples/embed/EmbedChain.java");
        String text = Files.readString(source);
        int from = text.indexOf('\n', text.indexOf("// README begin")) + 1;
        int to = text.lastIndexOf('\n', text.indexOf("// README end")) + 1;
        String program = text.substring(from, to)
                .lines()
                .map(line -> line.isBlank() ? "" : "    " + line.substring(Math.min(8, line.length())))
                .collect(Collectors.joining("\n", "", "\n"));
        check("source: EmbedChain", program);
    }

    private static String ask(DaemonProcess daemon) throws IOException {
        PolicyRequest request = PolicyRequest.builder()
                .attribute("request", PolicyRequest.TYPE)
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", "198.51.100.7")
                .attribute("sender", "ann@example.org")
                .attribute("recipient", "bob@example.com")
                .build();
        try (PolicyClient client = PolicyClient.connect(daemon.policy(), Duration.ofSeconds(30))) {
            return "    action=" + client.ask(request).action() + "\n\n";
        }
    }

    private static void check(String name, String expected) throws IOException {
        String readme = Files.readString(README);
        String mark = "<!-- " + name + " -->\n";
        int from = readme.indexOf(mark) + mark.length();
        int to = readme.indexOf("<!-- end -->", from);
        assertThat(from).as("mark " + name).isGreaterThanOrEqualTo(mark.length());
        if ("write".equals(System.getProperty("mailstay.readme"))) {
            Files.writeString(README, readme.substring(0, from) + expected + readme.substring(to));
        } else {
            assertThat(readme.substring(from, to)).isEqualTo(expected);
        }
    }
}
