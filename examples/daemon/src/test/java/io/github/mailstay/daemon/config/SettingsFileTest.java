// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.policy.FailMode;
import io.github.mailstay.postfix.Endpoint;
import io.github.mailstay.rbl.Asked;
import io.github.mailstay.rbl.DnsList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsFileTest {
    private static final Map<String, String> HOME = Map.of("HOME", "/home/m");

    private static Settings read(String... sets) throws SettingsException {
        return SettingsFile.read(Optional.empty(), Arrays.asList(sets), HOME);
    }

    @Test
    void every_default_serves() throws SettingsException {
        Settings settings = read();
        assertThat(settings.dataDir()).isEqualTo(Path.of("/home/m/.local/state/mailstay"));
        assertThat(settings.control().orElseThrow()).hasToString("unix:/home/m/.local/state/mailstay/control.sock");
        assertThat(settings.policy().listen()).containsExactly(Endpoint.parse("inet:127.0.0.1:10023"));
        assertThat(settings.policy().deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.policy().onError()).isEqualTo(FailMode.PASS);
        assertThat(settings.greylist().mode()).isEqualTo(Settings.Mode.SUSPICIOUS);
        assertThat(settings.greylist().store().kind()).isEqualTo(Settings.Kind.SQLITE);
        assertThat(settings.greylist().delays().at(0)).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.greylist().retryWindow()).isEqualTo(Duration.ofDays(2));
        assertThat(settings.greylist().lifetime()).isEqualTo(Duration.ofDays(35));
        assertThat(settings.rbl().lists()).isEmpty();
        assertThat(settings.rbl().deadline()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void systemd_names_the_data_dir() throws SettingsException {
        Settings settings = SettingsFile.read(
                Optional.empty(), java.util.List.of(), Map.of("STATE_DIRECTORY", "/var/lib/mailstay:/x", "HOME", "/h"));
        assertThat(settings.dataDir()).isEqualTo(Path.of("/var/lib/mailstay"));
    }

    @Test
    void a_later_set_wins_and_the_zone_is_not_shown() throws SettingsException {
        Settings settings = read(
                "greylist.delay=10s",
                "greylist.delay=11s",
                "policy.socket-mode=0660",
                "rbl.lists=[{id=dqs,zone=verysecretkey.zen.example,reply=[\"127.0.0.2\",\"127.0.0.[4..7]\"],weight=-2,timeout=1s}]");
        assertThat(settings.greylist().delays().at(0)).isEqualTo(Duration.ofSeconds(11));
        assertThat(settings.policy().socketMode()).isEqualTo("rw-rw----");
        assertThat(settings.rbl().lists()).hasSize(1);
        assertThat(settings.rbl().lists().get(0).codes().get(0).weight()).isEqualTo(-2);
        assertThat(settings.toString()).contains("dqs").doesNotContain("verysecretkey");
    }

    @Test
    void a_preset_is_a_list_whole_and_may_be_changed() throws Exception {
        assertThat(read().rbl().lists()).as("none is on by itself").isEmpty();
        Settings settings = read(
                "rbl.lists=[{preset=spamhaus-zen},"
                        + "{preset=spamhaus-dbl-dqs,zone=verysecretkey.dbl.dq.spamhaus.net,id=dbl},"
                        + "{preset=dnswl,codes=[\"127.0.[0..255].3 -9 sends no spam\"],timeout=1s,test=none}]",
                "rbl.reject-at=7");
        assertThat(settings.rbl().lists()).extracting(DnsList::id).containsExactly("spamhaus-zen", "dbl", "dnswl");
        assertThat(settings.rbl().lists().get(1).ask()).contains(Asked.HELO, Asked.SENDER_DOMAIN);
        assertThat(settings.rbl().lists().get(2).codes()).hasSize(1);
        assertThat(settings.rbl().lists().get(2).tests()).isEmpty();
        assertThat(settings.rbl().rejectAt()).hasValue(7);
        assertThat(settings.toString()).doesNotContain("verysecretkey");
        assertThat(read("rbl.reject-at=off").rbl().rejectAt()).isEmpty();
        assertThatThrownBy(() -> read("rbl.greylist-at=5", "rbl.reject-at=4"))
                .hasMessageContaining("--set:2: rbl.reject-at: must not be below rbl.greylist-at, 5");
        assertThatThrownBy(() -> read("rbl.lists=[{preset=spamhaus-zen-dqs}]")).hasMessageContaining("holds your key");
    }

    @Test
    void a_zone_may_come_from_a_file_that_nobody_else_can_read(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("zone"), "verysecretkey.zen.dq.spamhaus.net\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String set = "rbl.lists=[{preset=spamhaus-zen-dqs,zone-file=" + file + "}]";
        assertThat(read(set).rbl().lists()).hasSize(1);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> read(set))
                .hasMessageContaining("rbl.lists.zone-file")
                .hasMessageContaining("chmod 600")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("verysecretkey"));
    }

    @Test
    void an_empty_list_or_string_switches_a_listener_off() throws SettingsException {
        assertThat(read("policy.listen=").policy().listen()).isEmpty();
        assertThat(read("policy.listen=[]").policy().listen()).isEmpty();
        assertThat(read("control.listen=").control()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "greylist.delay=300",
                "greylist.delay=0s",
                "greylist.delay=-5m",
                "greylist.delay=1y",
                "greylist.delay=",
                "greylist.delay=3d",
                "greylist.mode=on",
                "greylist.delays=[{score=0,delay=10m}]",
                "greylist.delays=[{score=2,delay=5m}]",
                "greylist.delays=[{score=2,delay=10m},{score=3,delay=9m}]",
                "greylist.delays=[{score=2,delay=3d}]",
                "greylist.delays=[{score=2,weight=1}]",
                "greylist.client=name",
                "greylist.ceiling=5m",
                "greylist.store=mysql://db",
                "greylist.store=redis://",
                "greylist.store=redis-sentinel://a,b",
                "greylist.store-password-file=relative",
                "greylist.allow-clients=relative",
                "greylist.allow-clients=/none/there",
                "greylist.ceiling-tries=1",
                "greylist.null-sender-at=mail",
                "greylist.reply-status=5.7.1",
                "greylist.reply-code=452",
                "greylist.reply-code=421",
                "greylist.reply-text=451 x",
                "greylist.key-file=relative",
                "policy.deadline=2m",
                "policy.max-connections=0",
                "policy.idle-timeout=300s",
                "policy.socket-mode=999",
                "policy.listen=[1]",
                "policy.max-value=100000",
                "rbl.resolver=127.0.0.1:99999",
                "rbl.skip-networks=[\"10.0.0.1/8\"]",
                "rbl.lists=x",
                "rbl.lists=[{id=a}]",
                "rbl.lists=[{id=\"A B\",zone=z.example}]",
                "rbl.lists=[{id=a,zone=z.example,weight=0}]",
                "rbl.lists=[1]",
                "rbl.lists=[{preset=sorbs}]",
                "rbl.lists=[{preset=spamhaus-zen-dqs}]",
                "rbl.lists=[{preset=psbl,weight=2}]",
                "rbl.lists=[{preset=psbl,reply=127.0.0.2}]",
                "rbl.lists=[{id=a,zone=z.example,codes=[\"127.0.0.2\"]}]",
                "rbl.lists=[{id=a,zone=z.example,codes=[\"127.0.0.2 1\"],weight=2}]",
                "rbl.lists=[{id=a,zone=z.example,ask=moon}]",
                "rbl.lists=[{id=a,zone=z.example,test=ip5}]",
                "rbl.lists=[{id=a,zone=z.example,zone-file=/dev/null}]",
                "rbl.lists=[{id=a,zone-file=nowhere}]",
                "rbl.reject-at=never",
                "rbl.reject-at=0",
                "rbl.test-interval=1ms",
                "rbl.cache-entries=-1",
                "control.listen=inet:127.0.0.1:1",
                "nothing=1",
                "greylist.delay.x=1",
                "policy.deadline=[",
                "GREYLIST=1",
                "greylist.delay"
            })
    void a_mistake_names_its_set(String set) {
        assertThatThrownBy(() -> read("policy.on-error=pass", set))
                .isInstanceOf(SettingsException.class)
                .satisfies(e -> assertThat(((SettingsException) e).mistakes())
                        .isNotEmpty()
                        .allMatch(m -> m.where().equals("--set:2") && !m.what().isBlank()));
    }

    @Test
    void too_many_lists_or_resolvers_are_a_mistake_and_the_most_are_none() throws SettingsException {
        String lists = IntStream.range(0, 65)
                .mapToObj(i -> "{id=l" + i + ",zone=l" + i + ".example}")
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> read("rbl.lists=[" + lists + "]")).hasMessageContaining("--set:1: rbl.lists: must be");
        assertThat(read("rbl.lists=[" + lists.substring(0, lists.lastIndexOf(",{")) + "]")
                        .rbl()
                        .lists())
                .hasSize(64);
        String resolvers = "\"127.0.0.1:53\",".repeat(9);
        assertThatThrownBy(() -> read("rbl.resolver=[" + resolvers + "]"))
                .hasMessageContaining("--set:1: rbl.resolver: must be");
    }

    @Test
    void each_mistake_in_a_list_is_told_with_its_line(@TempDir Path dir) throws IOException {
        Path list = Files.writeString(dir.resolve("clients"), "# good\nexample.org\n10.1/16\n/(/\n");
        assertThatThrownBy(() -> read("greylist.allow-clients=" + list))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(list + ":3: ")
                .hasMessageContaining(list + ":4: ");
        Files.writeString(list, "example.org\n192.0.2\n");
        assertThatCode(() -> read("greylist.allow-clients=" + list)).doesNotThrowAnyException();
    }

    @Test
    void a_shared_store_needs_a_key_and_holds_no_password() throws SettingsException {
        String key = "greylist.key-file=/etc/mailstay/greylist.key";
        for (String address : List.of(
                "redis://db:6379", "rediss://db", "redis-sentinel://a,b#mail", "jdbc:postgresql://a,b/mail?ssl=true")) {
            assertThat(read("greylist.store=" + address, key).greylist().store().addresses())
                    .containsExactly(address);
            assertThatThrownBy(() -> read("greylist.store=" + address)).hasMessageContaining("greylist.key-file");
        }
        assertThat(read("greylist.store=rediss-cluster://a,b:7000", key)
                        .greylist()
                        .store()
                        .addresses())
                .containsExactly("rediss://a", "rediss://b:7000");
        for (String secret :
                List.of("redis://:s3cret@db", "redis://u:s3cret@db", "jdbc:postgresql://db/m?password=s3cret")) {
            assertThatThrownBy(() -> read("greylist.store=" + secret, key))
                    .hasMessageContaining("greylist.store-password-file")
                    .hasMessageNotContaining("s3cret");
        }
    }

    /** The page and the reader know the same settings. */
    @Test
    void the_page_names_every_setting() throws IOException {
        Pattern read = Pattern.compile("\"((?:data-dir)|(?:(?:control|policy|greylist|rbl)\\.[a-z0-9-]+))\"");
        Pattern row = Pattern.compile("(?m)^\\| `([a-z0-9.-]+)` \\|");
        Path folder = Path.of("src/main/java/io/github/mailstay/daemon/config");
        String source = (Files.readString(folder.resolve("SettingsFile.java"))
                        + Files.readString(folder.resolve("GreylistSection.java"))
                        + Files.readString(folder.resolve("RblSection.java"))
                        + Files.readString(folder.resolve("StoreSection.java")))
                .replace("resolve(\"control.sock\")", "")
                .replace("resolve(\"greylist.key\")", "");
        String whole = Files.readString(Path.of("../../docs/SETTINGS.md"));
        String page = whole.substring(0, whole.indexOf("## One of `rbl.lists`"));
        assertThat(all(row, page)).isEqualTo(all(read, source)).hasSizeGreaterThan(25);
    }

    private static Set<String> all(Pattern pattern, String text) {
        Set<String> names = new TreeSet<>();
        Matcher found = pattern.matcher(text);
        while (found.find()) {
            names.add(found.group(1));
        }
        return names;
    }
}
