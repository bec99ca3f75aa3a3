// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.net.MailAddress;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressListTest {
    @ParameterizedTest
    @CsvSource({
        "ann@example.org, ann@example.org, true",
        "Ann@Example.org, aNN@eXAMPLE.org, true",
        "ann@example.org, ann+news@example.org, true",
        "ann@example.org, ann+news+more@example.org, true",
        "ann@example.org, joann@example.org, false",
        "ann@example.org, ann@mail.example.org, false",
        "ann@example.org, ann-news@example.org, false",
        "ann@example.org, '\"ann\"@example.org', true",
        "ann+news@example.org, ann+news+more@example.org, true",
        "ann+news@example.org, ann@example.org, false",
        "ann@b\u00fccher.example, ann@xn--bcher-kva.example, true",
        "ann@[192.0.2.1], ann@[192.0.2.1], true",
        "postmaster@, postmaster@example.org, true",
        "postmaster@, PostMaster+x@example.org, true",
        "postmaster@, postmaster, true",
        "postmaster@, notpostmaster@example.org, false",
        "example.org, ann@example.org, true",
        "example.org, ann@mail.example.org, true",
        "example.org, ann@badexample.org, false",
        "example.org, example.org@example.net, false",
        "/^info@/, info@example.org, true",
        "/^INFO@/, info@example.org, true",
        "/^info@/, noinfo@example.org, false",
        "/@example\\.(org|net)$/, ann@example.net, true",
        "/.*/, '', false",
        "postmaster@, '', false"
    })
    void entries(String entry, String address, boolean matches) throws IOException {
        MailAddress asked = MailAddress.of(address);
        assertThat(RecipientList.parse("r", new StringReader(entry)).matches(asked))
                .isEqualTo(matches);
        assertThat(SenderList.parse("s", new StringReader(entry)).matches(asked))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@", "@example.org", "ann b@example.org", ".example.org", "192.0.2.1", "/(/"})
    void a_mistake_is_named_with_its_line(String entry) {
        assertThatThrownBy(
                        () -> RecipientList.parse("recipients", new StringReader("# list\n" + entry + "\nexample.org")))
                .isInstanceOf(ListFileException.class)
                .hasMessageStartingWith("recipients:2: ");
    }

    @Test
    void a_file_is_read(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("recipients"), "# people\n\npostmaster@\n  abuse@  # mail\n");
        assertThat(RecipientList.parse(file).size()).isEqualTo(2);
        assertThat(SenderList.parse(file).matches(MailAddress.of("abuse@example.org")))
                .isTrue();
    }

    @Test
    void a_program_builds_one() {
        RecipientList list = RecipientList.builder()
                .address(MailAddress.of("ann@example.org"))
                .localPart("abuse")
                .domain("example.net")
                .pattern("^info@")
                .build();
        assertThat(list.size()).isEqualTo(4);
        assertThat(list.matches(MailAddress.of("bob@mx.example.net"))).isTrue();
        assertThat(list.matches(MailAddress.of("bob@example.org"))).isFalse();
        assertThatThrownBy(() -> SenderList.builder().address(MailAddress.NULL_SENDER))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_long_address_with_many_extensions_is_answered() {
        MailAddress address = MailAddress.of("a+".repeat(2000) + "@example.org");
        assertThat(RecipientList.builder().localPart("a").build().matches(address))
                .isFalse();
        assertThat(RecipientList.builder().domain("example.org").build().matches(address))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "postmaster, true",
        "Postmaster@example.org, true",
        "POSTMASTER+x@example.org, true",
        "abuse@example.org, true",
        "'\"abuse\"@example.org', true",
        "abuse, true",
        "postmasters@example.org, false",
        "ann+abuse@example.org, false",
        "'', false"
    })
    void roles(String address, boolean role) {
        assertThat(RoleAddresses.isRole(MailAddress.of(address))).isEqualTo(role);
    }
}
