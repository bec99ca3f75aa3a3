// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.CounterKey;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.Hash128;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NamesTest {
    private static final Names NAMES = new Names("mailstay:");

    @Test
    void areWhatAnOperatorIsTold() {
        Hash128 client = new Hash128(1, 2);
        assertThat(NAMES.of(new GreylistKey(client, new Hash128(-1, 0))))
                .isEqualTo("mailstay:e:{00000000000000010000000000000002}:ffffffffffffffff0000000000000000");
        assertThat(NAMES.of(new CounterKey("passes", client)))
                .isEqualTo("mailstay:c:{00000000000000010000000000000002}:passes");
        assertThat(NAMES.fingerprint()).isEqualTo("mailstay:key-fingerprint");
    }

    @Property
    @Label("what is written is read")
    void roundTrip(@ForAll long a, @ForAll long b, @ForAll long c, @ForAll long d) {
        GreylistKey key = new GreylistKey(new Hash128(a, b), new Hash128(c, d));
        assertThat(NAMES.entry(NAMES.of(key))).contains(key);
    }

    @Property
    @Label("any other text is no entry, and no trouble")
    void strangers(@ForAll String text) {
        assertThat(NAMES.entry(text)).isEmpty();
        assertThat(NAMES.entry("mailstay:e:{" + text)).isEmpty();
    }

    @Test
    void neighboursAreNoEntries() {
        String entry = NAMES.of(new GreylistKey(new Hash128(1, 2), new Hash128(3, 4)));
        for (String other : List.of(
                entry + "0",
                entry.substring(0, entry.length() - 1),
                entry.replace('0', 'g'),
                entry.replace("}:", "}-"),
                "x" + entry,
                new Names("other").of(new GreylistKey(new Hash128(1, 2), new Hash128(3, 4))),
                NAMES.of(new CounterKey("passes", new Hash128(1, 2))),
                NAMES.fingerprint())) {
            assertThat(NAMES.entry(other)).as(other).isEmpty();
        }
    }

    @Test
    void aPrefixHoldsNothingThatMeansSomething() {
        for (String bad : List.of("", "a{b", "a*", "a?", "a[b", "a b", "ä", "x".repeat(65))) {
            assertThatThrownBy(() -> new Names(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("prefix");
        }
    }
}
