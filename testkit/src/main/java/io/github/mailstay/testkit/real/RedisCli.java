// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs redis-cli. Stateless but for the number of the next log. */
final class RedisCli {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private RedisCli() {}

    /**
     * What redis-cli says, without blanks around it.
     *
     * @param port the server's, on 127.0.0.1
     * @param password empty for none
     * @throws RealServerException if it does not end within 30 seconds, or with an error
     */
    static String run(WorkDirectory work, int port, Optional<String> password, String... words) {
        List<String> command = new ArrayList<>(
                List.of("redis-cli", "--no-auth-warning", "-e", "-h", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(List.of(words));
        PrivateProcess.Builder described =
                PrivateProcess.builder(work, "redis-cli-" + NUMBER.incrementAndGet(), command);
        // In the environment, which other users cannot read; they can read a command line.
        password.ifPresent(it -> described.environment("REDISCLI_AUTH", it));
        try (PrivateProcess cli = described.start()) {
            if (!cli.awaitEnd(LIMIT)) {
                throw new RealServerException("redis-cli " + words[0] + " does not end" + cli.logTail());
            }
            int status = cli.exitStatus().orElseThrow();
            if (status != 0) {
                throw new RealServerException("redis-cli " + words[0] + " ended with " + status + cli.logTail());
            }
            return LogFile.text(cli.log()).strip();
        }
    }
}
