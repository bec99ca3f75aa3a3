// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.rbl.dns.DnsAnswer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsListTest {
    private static final String SECRET = "secretkey0123456789";

    @Test
    void hasDefaults() {
        DnsList list = DnsList.builder().id("zen").zone("ZEN.Example.").build();

        assertThat(list.codes()).containsExactly(new ListCode(ReplyFilter.ANY, 1, ""));
        assertThat(list.ask()).containsExactly(Asked.CLIENT_IP);
        assertThat(list.tests()).hasSize(3).containsAll(TestPoint.IPV4).contains(TestPoint.NOBODY);
        assertThat(list.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(list.zone()).isEqualTo("zen.example");
    }

    @Test
    void theZoneIsInNoText() {
        DnsList list = DnsList.builder().id("zen").zone(SECRET + ".zen.example").build();

        assertThat(list)
                .hasToString(
                        "DnsList{id=zen, ask=[CLIENT_IP], codes=[ListCode[filter=any, weight=1, meaning=]], errors=[],"
                                + " timeout=2000ms}");
        assertThatThrownBy(() -> DnsList.builder().id("zen").zone(SECRET + "..example"))
                .hasMessageStartingWith("zone of list zen: no domain name")
                .hasMessageNotContaining(SECRET);
        assertThatThrownBy(() -> DnsList.builder().zone(SECRET + " "))
                .hasMessageStartingWith("zone of a list: no domain name")
                .hasMessageNotContaining(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a..b", ".a", "a b", "a.b..", "*.a", "ä.test"})
    void aZoneIsADomainName(String zone) {
        assertThatThrownBy(() -> DnsList.builder().id("a").zone(zone)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aZoneIsNotTooLong() {
        String label = "a".repeat(63);
        assertThatThrownBy(() -> DnsList.builder().id("a").zone(label + "a.test"))
                .isInstanceOf(IllegalArgumentException.class);
        String longest = String.join(".", label, label, label, "a".repeat(61));
        assertThat(DnsList.builder().id("a").zone(longest).build().zone()).hasSize(253);
        assertThatThrownBy(() -> DnsList.builder().id("a").zone(longest + "a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sillyValuesNameTheirSetting() {
        assertThatThrownBy(() -> DnsList.builder().id("Zen")).hasMessageContaining("id of a list");
        assertThatThrownBy(() -> DnsList.builder().id("a".repeat(33))).hasMessageContaining("id of a list");
        assertThatThrownBy(() -> DnsList.builder().id("a").weight(0)).hasMessageContaining("list a: weight: 0");
        assertThatThrownBy(() -> DnsList.builder().id("a").weight(1001)).hasMessageContaining("1001");
        assertThatThrownBy(() -> DnsList.builder().id("a").timeout(Duration.ZERO))
                .hasMessageContaining("timeout of list a");
        assertThatThrownBy(() -> DnsList.builder().id("a").timeout(Duration.ofDays(365_000_000)))
                .hasMessageContaining("timeout of list a");
        assertThatThrownBy(() -> DnsList.builder().id("a").build()).hasMessage("zone of list a: missing");
        assertThatThrownBy(() -> DnsList.builder().zone("a.test").build()).hasMessage("id of a list: missing");
    }

    @Test
    void whyALookupFailedIsOneWord() {
        assertThat(new DnsAnswer.Failed("rcode-23").why()).isEqualTo("rcode-23");
        assertThatThrownBy(() -> new DnsAnswer.Failed("no such name: " + SECRET + ".zen.example"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining(SECRET);
    }
}
