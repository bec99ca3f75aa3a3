// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The table against a map in insertion order. */
class FlatTableTest {
    @Property(tries = 300)
    @Label("after any history the table holds what a bounded map in the order of touching holds")
    void isABoundedMap(
            @ForAll("steps") List<int[]> steps,
            @ForAll @IntRange(min = 1, max = 40) int most,
            @ForAll @IntRange(min = 2, max = 3) int keyWidth) {
        FlatTable table = new FlatTable(keyWidth, keyWidth + 1, most);
        Map<List<Long>, Long> model = new LinkedHashMap<>();
        long value = 0;
        for (int[] step : steps) {
            // Few second longs, so that rows collide in the index; the third tells keys apart only where there is one.
            long first = step[1] % 7;
            long second = step[1] / 7 % 5 * 1_000_003L;
            long third = keyWidth == 3 ? step[2] : 0;
            List<Long> key = List.of(first, second, third);
            int slot = table.find(first, second, third);
            assertThat(slot >= 0).isEqualTo(model.containsKey(key));
            if (step[0] == 0 && slot >= 0) {
                table.remove(slot);
                model.remove(key);
            } else if (slot >= 0) {
                assertThat(table.get(slot, keyWidth)).isEqualTo(model.get(key));
                table.touch(slot);
                table.set(slot, keyWidth, ++value);
                model.remove(key);
                model.put(key, value);
            } else {
                if (model.size() == most) {
                    model.remove(model.keySet().iterator().next());
                }
                table.set(table.add(first, second, third), keyWidth, ++value);
                model.put(key, value);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        assertThat(rows(table, keyWidth)).containsExactlyInAnyOrderElementsOf(model.values());
    }

    private static List<Long> rows(FlatTable table, int column) {
        List<Long> rows = new ArrayList<>();
        for (int slot = 0; slot < table.slots(); slot++) {
            if (table.isRow(slot)) {
                rows.add(table.get(slot, column));
            }
        }
        return rows;
    }

    @Provide
    Arbitrary<List<int[]>> steps() {
        return Arbitraries.integers()
                .between(0, 3)
                .array(int[].class)
                .ofSize(1)
                .flatMap(kind -> Arbitraries.integers()
                        .between(0, 69)
                        .flatMap(key ->
                                Arbitraries.integers().between(0, 1).map(third -> new int[] {kind[0], key, third})))
                .list()
                .ofMaxSize(300);
    }
}
