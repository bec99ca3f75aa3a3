// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.net.AddressRange;
import io.github.mailstay.net.IpAddresses;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientListTest {
    private static final InetAddress ELSEWHERE = address("203.0.113.9");

    @ParameterizedTest
    @CsvSource({
        "example.org, example.org, true",
        "example.org, mail.example.org, true",
        "example.org, MAIL.Example.ORG, true",
        "Example.ORG, mail.example.org, true",
        "example.org, badexample.org, false",
        "example.org, example.org.example.net, false",
        "mail.example.org, example.org, false",
        "example.org., mail.example.org, true",
        "b\u00fccher.example, mail.xn--bcher-kva.example, true",
        "a_b.example.org, a_b.example.org, true",
        "unknown, unknown, false",
        "/./, unknown, false",
        "/./, '', false",
        "/^mail\\d+\\.example\\.org$/, mail17.example.org, true",
        "/^mail\\d+\\.example\\.org$/, MAIL17.example.org, true",
        "/^mail\\d+\\.example\\.org$/, mail.example.org, false",
        "/ple\\.o/, www.example.org, true",
        "/^m[[:digit:]]+\\./, m12.example.org, true",
        "/^m[[:digit:]]+\\./, mt.example.org, false",
        "/^m[^[:alpha:]]\\./, m1.example.org, true"
    })
    void names(String entry, String clientName, boolean matches) throws IOException {
        assertThat(list(entry).matches(ELSEWHERE, clientName)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2, 192.0.2.255, true",
        "192.0.2, 192.0.3.0, false",
        "192.0.2., 192.0.2.255, true",
        "10.1, 10.1.255.255, true",
        "10.1, 10.2.0.0, false",
        "10.1., 10.1.200.1, true",
        "10., 10.200.0.1, true",
        "10., 11.0.0.0, false",
        "10.1.0.0/16, 10.1.255.255, true",
        "10.1.0.0/16, 10.2.0.0, false",
        "192.0.2.77/24, 192.0.2.1, true",
        "2001:db8::1, 2001:db8::1, true",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "2001:0db8:4051:0800::/64, 2001:db8:4051:800::25, true",
        "::ffff:192.0.2.1, 192.0.2.1, true",
        "example.org, 192.0.2.1, false"
    })
    void addresses(String entry, String client, boolean matches) throws IOException {
        assertThat(list(entry).matches(address(client), "unknown")).isEqualTo(matches);
        assertThat(list(entry).matches(address(client), "mail.example.net")).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10",
                "192.0.2.256",
                "192.0.2.1.2",
                "1..2",
                "10.1/16",
                "192.0.2.0/33",
                "192.0.2.0/",
                "192.0.2.0/24/24",
                "2001:db8::/129",
                "2001:db8:",
                "[2001:db8::1]",
                ".example.org",
                "*.example.org",
                "ex ample.org",
                "example..org",
                "a/b",
                "/",
                "//",
                "/unclosed(/",
                "/[a[b]/",
                "/[a&&b]/",
                "/[[:letter:]]/",
                "/a\\y/",
                "mail.123",
                "user@example.org",
                "ex\u0007ample.org",
                "\ufffd.example.org"
            })
    void a_mistake_is_named_with_its_line(String entry) {
        assertThatThrownBy(() -> list("example.org # fine\n\n" + entry + " # wrong\nexample.net"))
                .isInstanceOf(ListFileException.class)
                .hasMessageStartingWith("clients:3: ")
                .satisfies(e -> assertThat(((ListFileException) e).mistakes()).hasSize(1));
    }

    @Test
    void all_mistakes_come_together_and_the_rest_is_bounded() {
        assertThatThrownBy(() -> list("10\nexample.org\n/(/"))
                .isInstanceOf(ListFileException.class)
                .hasMessageMatching(
                        "(?s)clients:1: '10' is no address.*\nclients:3: /\\(/: Unclosed group at character 2");
        assertThatThrownBy(() -> list("10\n".repeat(5000)))
                .satisfies(e -> assertThat(((ListFileException) e).mistakes()).hasSize(ListLines.MAX_MISTAKES + 1));
    }

    @Test
    void limits_are_mistakes_too() throws IOException {
        assertThatThrownBy(() -> list("\n".repeat(ListLines.MAX_LINES + 1))).isInstanceOf(ListFileException.class);
        assertThatThrownBy(() -> list("#".repeat(900) + ("\n" + "#".repeat(900)).repeat(1200)))
                .hasMessageContaining("1 MiB");
        assertThatThrownBy(() -> list("a." + "b".repeat(1000))).hasMessageContaining("1000 characters");
        assertThatThrownBy(() -> list("b".repeat(256))).hasMessageContaining("no host");
        assertThat(list("#" + "x".repeat(5000) + "\nexample.org").size()).isEqualTo(1);
    }

    @Test
    void a_file_is_read_as_postgrey_does(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("whitelist_clients");
        byte[] latin1 =
                "# caf\u00e9, in Latin-1\r\n  example.org \t# and a comment\r\n\r\n/^p?smtp.*\\.example\\.net$/\r\n192.0.2"
                        .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, latin1);
        ClientList list = ClientList.parse(file);
        assertThat(list.size()).isEqualTo(3);
        assertThat(list.matches(ELSEWHERE, "mx.example.org")).isTrue();
        assertThat(list.matches(ELSEWHERE, "smtp-9.example.net")).isTrue();
        assertThat(list.matches(address("192.0.2.200"), "unknown")).isTrue();
        Files.write(file, new byte[ListLines.MAX_SIZE + 1]);
        assertThatThrownBy(() -> ClientList.parse(file)).hasMessageStartingWith(file + ":1: ");
        assertThatThrownBy(() -> ClientList.parse(directory.resolve("none"))).isInstanceOf(IOException.class);
        assertThat(ClientList.parse("bom", new StringReader("\ufeffexample.org"))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void thousands_of_entries_are_one_list() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("host")
                    .append(i)
                    .append(".example.org\n10.")
                    .append(i % 200)
                    .append('.')
                    .append(i / 200);
            text.append("\n");
        }
        ClientList list = list(text.toString());
        assertThat(list.size()).isEqualTo(40_000);
        assertThat(list.matches(ELSEWHERE, "a.host19999.example.org")).isTrue();
        assertThat(list.matches(address("10.199.99.1"), "unknown")).isTrue();
        assertThat(list.matches(address("10.200.0.1"), "host20000.example.org")).isFalse();
    }

    @Test
    void a_program_builds_one() {
        ClientList list = ClientList.builder()
                .name("example.org")
                .range(AddressRange.parse("192.0.2.0/24"))
                .pattern("^mx\\d")
                .entry("10.1")
                .build();
        assertThat(list.size()).isEqualTo(4);
        assertThat(list.matches(ELSEWHERE, "mx1.example.net")).isTrue();
        assertThat(list.matches(address("192.0.2.9"), "")).isTrue();
        assertThatThrownBy(() -> ClientList.builder().name("10.1")).isInstanceOf(IllegalArgumentException.class);
    }

    private static ClientList list(String text) throws IOException {
        return ClientList.parse("clients", new StringReader(text));
    }

    private static InetAddress address(String text) {
        return IpAddresses.parse(text).orElseThrow();
    }
}
