// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Silly settings are refused before anything is connected, by a message that names them and shows no password. */
class SettingsTest {
    private static final String HERE = "redis://127.0.0.1:1";

    @Test
    void sillyOnesAreNamed() {
        refused(() -> RedisGreylistStore.builder(HERE, "short"), "keyFingerprint");
        refused(() -> RedisGreylistStore.builder(List.of(), Stores.FINGERPRINT), "addresses");
        refused(() -> builder(HERE).timeout(Duration.ZERO), "timeout");
        refused(() -> builder(HERE).timeout(Duration.ofHours(1)), "timeout");
        refused(() -> builder(HERE).queueLimit(0), "queueLimit");
        refused(() -> builder(HERE).queueLimit(1_000_001), "queueLimit");
        refused(() -> builder(HERE).prefix("a{b}"), "prefix");
        refused(() -> builder(HERE).caFile(Path.of("/none/such")).open(), "caFile");
        refused(() -> builder(HERE).user("me").open(), "user");
        refused(
                () -> RedisGreylistStore.builder(List.of(HERE, HERE), Stores.FINGERPRINT)
                        .open(),
                "cluster");
        refused(() -> builder("redis-sentinel://127.0.0.1:1#rig").cluster(true).open(), "cluster");
    }

    @Test
    void anAddressThatIsNoneIsShownWithoutItsPassword() {
        for (String bad : List.of(
                "http://me:sesame7@host", "redis://me:sesame7@host:port", "redis://sesame7@", "sesame7@host", "")) {
            assertThatThrownBy(() -> builder(bad).open())
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("address")
                    .hasNoCause()
                    .message()
                    .doesNotContain("sesame7");
        }
    }

    @Test
    void anAddressIsShownWithoutItsPassword() {
        assertThat(Addresses.shown("redis://me:p@ss@host:1/2")).isEqualTo("redis://***@host:1/2");
        assertThat(Addresses.shown("rediss://host:1")).isEqualTo("rediss://host:1");
        assertThat(builder("redis://sesame7@host")
                        .password("sesame8".toCharArray())
                        .toString())
                .contains("***@host")
                .doesNotContain("sesame");
    }

    private static RedisGreylistStoreBuilder builder(String address) {
        return RedisGreylistStore.builder(address, Stores.FINGERPRINT);
    }

    private static void refused(ThrowingCallable call, String setting) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(setting);
    }
}
