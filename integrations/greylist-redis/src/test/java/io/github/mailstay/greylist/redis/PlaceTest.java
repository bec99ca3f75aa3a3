// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.Hash128;
import io.github.mailstay.greylist.store.Cursor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlaceTest {
    @Property
    @Label("what is written is read, and is a cursor")
    void roundTrip(
            @ForAll @IntRange(max = 9999) int node,
            @ForAll String servers,
            @ForAll String process,
            @ForAll long cursor) {
        Place place = new Place(node, Place.mark(servers), Place.mark(process), Long.toUnsignedString(cursor));
        assertThat(Place.parse(place.toCursor())).isEqualTo(place);
    }

    @Test
    void theCursorOfAnotherStoreIsRefused() {
        for (Cursor cursor : List.of(Cursor.after(new Hash128(1, 2)), new Cursor("1-2-3-4"), Cursor.START)) {
            assertThatThrownBy(() -> Place.parse(cursor)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void otherServersHaveAnotherMark() {
        Link.Node a = node("a 1");
        Link.Node b = node("b 2");
        assertThat(List.of(
                        Place.topology(List.of(a, b)),
                        Place.topology(List.of(a)),
                        Place.topology(List.of(b)),
                        Place.topology(List.of(a, node("b 3"))),
                        Place.topology(List.of())))
                .doesNotHaveDuplicates();
    }

    private static Link.Node node(String id) {
        return new Link.Node(id, CompletableFuture::new);
    }
}
