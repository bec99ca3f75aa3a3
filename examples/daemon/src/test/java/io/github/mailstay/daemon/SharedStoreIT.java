// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.postfix.PolicyClient;
import io.github.mailstay.testkit.real.PostgresServer;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons on one shared store, as two mail hosts have it. */
class SharedStoreIT {
    private static final int DELAY = 4;

    @TempDir
    private Path dir;

    @Test
    @Real({"redis"})
    void two_daemons_on_one_redis_agree_and_outlive_it(RealServers real) throws Exception {
        RedisServer redis = real.start(RedisServer.builder().password("s3cretWord"));
        Path password = secret("password", "s3cretWord\n");
        List<String> store =
                List.of("greylist.store=redis://127.0.0.1:" + redis.port(), "greylist.store-password-file=" + password);
        agree(store, "s3cretWord", redis::crash, redis::restart);
    }

    @Test
    @Real({"postgresql"})
    void two_daemons_on_one_postgresql_agree_and_outlive_it(RealServers real) throws Exception {
        PostgresServer postgresql = real.start(PostgresServer.builder());
        Path password = secret("password", PostgresServer.PASSWORD + "\n");
        List<String> store = List.of(
                "greylist.store=jdbc:postgresql://127.0.0.1:" + postgresql.port() + "/postgres",
                "greylist.store-user=" + PostgresServer.LOGIN,
                "greylist.store-password-file=" + password);
        agree(store, PostgresServer.PASSWORD, postgresql::stop, postgresql::startAgain);
    }

    private interface Act {
        void act() throws Exception;
    }

    private void agree(List<String> store, String password, Act stop, Act start) throws Exception {
        Path key = secret("greylist.key", "ab".repeat(32) + "\n");
        try (DaemonProcess one = DaemonProcess.start(Files.createDirectory(dir.resolve("one")), sets(store, key));
                DaemonProcess two = DaemonProcess.start(Files.createDirectory(dir.resolve("two")), sets(store, key))) {
            assertThat(ask(one, "ann@example.org")).startsWith("451");
            assertThat(ask(two, "ann@example.org")).startsWith("451");
            TimeUnit.SECONDS.sleep(DELAY);
            assertThat(ask(two, "ann@example.org")).startsWith("PREPEND X-Greylist: delayed");
            assertThat(ask(one, "ann@example.org")).isEqualTo("DUNNO");
            assertThat(two.log()).contains("greylist.result=early").contains("greylist.result=passed");
            refusedWithAnotherKey(store);

            stop.act();
            assertThat(ask(one, "eve@example.org")).isEqualTo("DUNNO");
            assertThat(ask(one, "eve@example.org")).isEqualTo("DUNNO");
            start.act();
            String action = "";
            for (int i = 0; i < 30 && !action.startsWith("451"); i++) {
                TimeUnit.SECONDS.sleep(1);
                action = ask(one, "mallory@example.org");
            }
            assertThat(action).startsWith("451");
            assertThat(one.log().split("alarm greylist.store", -1)).hasSize(2);
            assertThat(one.log()).contains("alarm over greylist.store");
            assertThat(one.stop()).isZero();
            assertThat(two.stop()).isZero();
            assertThat(one.log() + two.log()).doesNotContain(password);
        }
    }

    private void refusedWithAnotherKey(List<String> store) throws Exception {
        Path other = secret("other.key", "cd".repeat(32) + "\n");
        List<String> arguments = new ArrayList<>(List.of("run", "--set", "data-dir=" + dir.resolve("three")));
        for (String set : sets(store, other)) {
            arguments.add("--set");
            arguments.add(set);
        }
        DaemonProcess.Result refused = DaemonProcess.run(dir, arguments.toArray(String[]::new));
        assertThat(refused.exit()).as(refused.err()).isEqualTo(78);
        assertThat(refused.err()).contains("fingerprint");
    }

    private static String[] sets(List<String> store, Path key) {
        List<String> sets = new ArrayList<>(store);
        sets.add("policy.listen=inet:127.0.0.1:0");
        sets.add("greylist.mode=everyone");
        sets.add("greylist.delay=" + DELAY + "s");
        sets.add("greylist.key-file=" + key);
        return sets.toArray(String[]::new);
    }

    private Path secret(String name, String text) throws IOException {
        Path file = Files.createFile(
                dir.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    private static String ask(DaemonProcess daemon, String sender) throws IOException {
        try (PolicyClient client = PolicyClient.connect(daemon.policy(), Duration.ofSeconds(20))) {
            return client.ask(PolicyRequest.builder()
                            .attribute("request", PolicyRequest.TYPE)
                            .attribute("protocol_state", "RCPT")
                            .attribute("client_address", "192.0.2.1")
                            .attribute("sender", sender)
                            .attribute("recipient", "bob@example.net")
                            .build())
                    .action();
        }
    }
}
