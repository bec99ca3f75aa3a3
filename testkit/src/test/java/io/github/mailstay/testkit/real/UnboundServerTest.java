// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.testkit.dns.DnsReply;
import io.github.mailstay.testkit.dns.ScriptedDnsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

@Real({"unbound", "rbldnsd"})
class UnboundServerTest {
    @Test
    void answersForTheZonesOfItsNameServersAndRefusesTheRest(RealServers servers) {
        ScriptedDnsServer scripted = servers.keep(ScriptedDnsServer.start());
        scripted.zone("scripted.test", DnsReply.truncated(DnsReply.addresses("127.0.0.7")));
        UnboundServer unbound = servers.start(UnboundServer.builder()
                .zone(RbldnsdServer.IP4, servers.rbldnsd().port())
                .zone("scripted.test", scripted.address()));

        assertThat(unbound.lookup("2.0.0.127.ip4.rig.test")).containsExactly("127.0.0.2");
        assertThat(unbound.lookup("1.0.0.127.ip4.rig.test")).isEmpty();
        assertThat(unbound.lookup("a.scripted.test")).containsExactly("127.0.0.7");
        for (String outside : new String[] {"2.0.0.127.ip6.rig.test", "www.example.com", "test"}) {
            assertThatThrownBy(() -> unbound.lookup(outside))
                    .as(outside)
                    .isInstanceOf(RealServerException.class)
                    .hasMessageContaining("response code 5");
        }
    }

    @Test
    void leavesNoProcessAndNoFileAndShowsItsFilesToNobody() throws Exception {
        UnboundServer unbound = UnboundServer.builder().start();
        Path directory = unbound.process().log().getParent();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(unbound.process().log().resolveSibling("private"))))
                .isEqualTo("rwx------");

        unbound.close();
        unbound.close();

        assertThat(unbound.process().isAlive()).isFalse();
        assertThat(directory).doesNotExist();
    }

    @Test
    void showsItsLogIfItDoesNotTakeASetting() {
        var wrong = UnboundServer.builder().setting("no-such-option", "yes");

        assertThatThrownBy(wrong::start).isInstanceOf(RealServerException.class).hasMessageContaining("no-such-option");
    }

    @Test
    void refusesWhatIsNoZoneAndWhatIsFarAway() throws Exception {
        InetSocketAddress far = new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 53);
        UnboundServer.Builder builder = UnboundServer.builder();
        assertThatThrownBy(() -> builder.zone("a\"b", 53)).hasMessageContaining("zone: 'a\"b'");
        assertThatThrownBy(() -> builder.zone("a.test", far)).hasMessageContaining("not on loopback");
        assertThatThrownBy(() -> builder.setting("a", "b\nc")).hasMessageContaining("setting");
    }
}
