// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "inet:",
                "inet:1",
                "inet:h:",
                "inet::1",
                "inet:h:65536",
                "inet:h:x",
                "unix:",
                "unix:a/b",
                "tcp:h:1"
            })
    void what_is_no_endpoint_is_refused(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endpoints_are_written_as_they_are_read() {
        for (String text : List.of("inet:127.0.0.1:10023", "inet:[::1]:0", "inet:localhost:1", "unix:/run/x")) {
            assertThat(Endpoint.parse(text)).hasToString(text);
        }
    }
}
