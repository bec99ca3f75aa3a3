// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Real("rbldnsd")
class RbldnsdServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String LISTED = ":127.0.0.9:listed\n192.0.2.1\n";
    private static final String CLEAN = ":127.0.0.9:listed\n198.51.100.1\n";

    @Test
    void answersForItsReadyZones(RealServers servers) {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("2.0.0.127.ip4.rig.test", "127.0.0.2");
        expected.put("1.0.0.127.ip4.rig.test", "");
        expected.put("7.2.0.192.ip4.rig.test", "127.0.0.2");
        expected.put("200.2.0.192.ip4.rig.test", "");
        expected.put("7.100.51.198.ip4.rig.test", "127.0.0.4");
        expected.put("2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.rig.test", "127.0.0.2");
        expected.put("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.a.b.0.8.b.d.0.1.0.0.2.ip6.rig.test", "127.0.0.2");
        expected.put("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.d.a.b.0.8.b.d.0.1.0.0.2.ip6.rig.test", "");
        expected.put("test.dom.rig.test", "127.0.0.2");
        expected.put("www.spam.example.dom.rig.test", "127.0.0.2");
        expected.put("ok.spam.example.dom.rig.test", "");
        expected.put("1.0.0.127.err.rig.test", "127.255.255.254");
        expected.put("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.0.0.0.0.err.rig.test", "127.255.255.254");
        expected.put("mail.example.err.rig.test", "127.255.255.254");
        expected.put("9.113.0.203.white.rig.test", "127.0.10.1");
        expected.put("7.2.0.192.white.rig.test", "");

        Map<String, String> found = new LinkedHashMap<>();
        expected.keySet()
                .forEach(name ->
                        found.put(name, String.join(" ", servers.rbldnsd().lookup(name))));

        assertThat(found).isEqualTo(expected);
    }

    @Test
    void answersSeveralRecords(RealServers servers) {
        assertThat(servers.rbldnsd().lookup("1.2.0.192.multi.rig.test"))
                .containsExactlyInAnyOrder("127.0.0.2", "127.0.0.4", "127.0.0.10");
    }

    @Test
    void refusesOtherZones(RealServers servers) {
        assertThatThrownBy(() -> servers.rbldnsd().lookup("2.0.0.127.other.example"))
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("response code 5");
    }

    @Test
    void takesOtherDataForAZone(RealServers servers) {
        RbldnsdServer server = servers.start(RbldnsdServer.builder().zone("own.rig.test", "ip4trie", LISTED));
        assertThat(server.lookup("1.2.0.192.own.rig.test")).containsExactly("127.0.0.9");

        server.replace("own.rig.test", CLEAN);
        assertThat(Waiting.until(
                        Waiting.within(LIMIT),
                        () -> server.lookup("1.2.0.192.own.rig.test").isEmpty()))
                .isTrue();
        server.replace("own.rig.test", LISTED);
        assertThat(Waiting.until(
                        Waiting.within(LIMIT),
                        () -> !server.lookup("1.2.0.192.own.rig.test").isEmpty()))
                .isTrue();
    }

    @Test
    void leavesNoProcessAndNoFile() {
        RbldnsdServer server = RbldnsdServer.builder().readyZones().start();
        Path directory = server.process().log().getParent();
        assertThat(directory).isDirectory();

        server.close();
        server.close();

        assertThat(server.process().isAlive()).isFalse();
        assertThat(directory).doesNotExist();
        assertThatThrownBy(() -> server.lookup("2.0.0.127.ip4.rig.test"))
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("does not answer");
    }

    @Test
    void showsItsLogIfItTakesNotAZone() {
        var wrong = RbldnsdServer.builder().zone("own.rig.test", "nosuchtype", LISTED);

        assertThatThrownBy(wrong::start).isInstanceOf(RealServerException.class).hasMessageContaining("nosuchtype");
    }

    @Test
    void refusesZonesThatAreNone() {
        assertThatThrownBy(() -> RbldnsdServer.builder().start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zone");
        assertThatThrownBy(() -> RbldnsdServer.builder().zone("../up", "ip4trie", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../up");
    }
}
