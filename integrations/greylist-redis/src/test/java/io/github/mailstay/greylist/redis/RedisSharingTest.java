// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.Sighting;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Two hosts on one Redis. */
@Real("redis")
class RedisSharingTest {
    private static final int KEYS = 200;

    @Test
    void twoStoresAgreeWhoWasFirst(RealServers servers) throws Exception {
        String prefix = Stores.prefix();
        String address = servers.redis().uri();
        try (RedisGreylistStore one = Stores.builder(address).prefix(prefix).open();
                RedisGreylistStore other =
                        Stores.builder(address).prefix(prefix).open()) {
            for (Sighting.Kind[] expected : new Sighting.Kind[][] {
                {Sighting.Kind.FIRST, Sighting.Kind.EARLY}, {Sighting.Kind.PASSED, Sighting.Kind.KNOWN}
            }) {
                List<CompletionStage<Sighting>> tries = new ArrayList<>();
                boolean later = expected[0] == Sighting.Kind.PASSED;
                for (int i = 0; i < KEYS; i++) {
                    for (RedisGreylistStore store : List.of(one, other)) {
                        tries.add(store.record(
                                Stores.key(i), Stores.at(later ? Stores.NOON.plus(Stores.DELAY) : Stores.NOON)));
                    }
                }
                Map<Sighting.Kind, Integer> kinds = new EnumMap<>(Sighting.Kind.class);
                for (CompletionStage<Sighting> each : tries) {
                    kinds.merge(Stores.get(each).kind(), 1, Integer::sum);
                }
                assertThat(kinds).isEqualTo(Map.of(expected[0], KEYS, expected[1], KEYS));
            }
            assertThat(Stores.get(other.forget(Stores.key(0)))).isTrue();
            assertThat(Stores.get(one.find(Stores.key(0)))).isEmpty();
        }
    }

    /** It waits for threads of which it is one itself: the close must end even so. */
    @Test
    void aStoreMayBeClosedInACallback(RealServers servers) throws Exception {
        RedisGreylistStore store = Stores.builder(servers.redis().uri())
                .prefix(Stores.prefix())
                .timeout(Duration.ofSeconds(1))
                .open();
        Stores.get(store.stats().thenAccept(stats -> store.close()));
        assertThat(Stores.failure(store.stats()).reason()).isEqualTo(Reason.CLOSED);
    }

    @Test
    void anotherKeyIsRefused(RealServers servers) throws Exception {
        String prefix = Stores.prefix();
        String address = servers.redis().uri();
        Stores.builder(address).prefix(prefix).open().close();
        assertThatThrownBy(() -> RedisGreylistStore.builder(address, "fedcba9876543210")
                        .prefix(prefix)
                        .open())
                .isInstanceOfSatisfying(
                        StoreException.class, it -> assertThat(it.reason()).isEqualTo(Reason.MISMATCH))
                .hasMessageContaining("its fingerprint is 0123456789abcdef, that of the key is fedcba9876543210");
        // Nothing was changed: the right one still opens.
        Stores.builder(address).prefix(prefix).open().close();
        RedisGreylistStore.builder(address, "fedcba9876543210")
                .prefix(Stores.prefix())
                .open()
                .close();
    }
}
