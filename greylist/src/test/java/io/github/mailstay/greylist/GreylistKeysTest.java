// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.net.MailAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class GreylistKeysTest {
    private static final byte[] SECRET = HexFormat.of().parseHex("0b".repeat(32));
    private static final GreylistKeys KEYS =
            GreylistKeys.builder(KeyHasher.of(SECRET)).build();
    private static final MailAddress ALICE = MailAddress.of("alice@example.org");
    private static final MailAddress BOB = MailAddress.of("bob@example.net");

    @Property
    @Label("the hash is HMAC-SHA-256 as the platform computes it, cut to 128 bits")
    void hashIsHmac(@ForAll @Size(32) byte[] key, @ForAll @Size(max = 300) byte[] message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] expected = Arrays.copyOf(mac.doFinal(message), 16);
        assertThat(KeyHasher.of(key).hash(message, message.length).toBytes()).isEqualTo(expected);
    }

    @Test
    void oneNetworkIsOneClient() {
        GreylistKey key = KEYS.key(ip("192.0.2.1"), ALICE, BOB);
        assertThat(KEYS.key(ip("192.0.2.254"), ALICE, BOB)).isEqualTo(key);
        assertThat(KEYS.key(ip("::ffff:192.0.2.9"), ALICE, BOB)).isEqualTo(key);
        assertThat(KEYS.key(ip("192.0.3.1"), ALICE, BOB).client()).isNotEqualTo(key.client());
        assertThat(KEYS.key(ip("192.0.3.1"), ALICE, BOB).tuple()).isNotEqualTo(key.tuple());
        GreylistKey six = KEYS.key(ip("2001:db8::1"), ALICE, BOB);
        assertThat(KEYS.key(ip("2001:db8::ffff:1"), ALICE, BOB)).isEqualTo(six);
        assertThat(KEYS.key(ip("2001:db8:0:1::1"), ALICE, BOB).client()).isNotEqualTo(six.client());
    }

    @Test
    void networksAreSettable() {
        GreylistKeys whole = GreylistKeys.builder(KeyHasher.of(SECRET))
                .ipv4Prefix(32)
                .ipv6Prefix(128)
                .build();
        assertThat(whole.key(ip("192.0.2.1"), ALICE, BOB)).isNotEqualTo(whole.key(ip("192.0.2.2"), ALICE, BOB));
        assertThat(whole.key(ip("2001:db8::1"), ALICE, BOB)).isNotEqualTo(whole.key(ip("2001:db8::2"), ALICE, BOB));
        // 192.0.2.0 as a network and as a host are two clients.
        assertThat(whole.key(ip("192.0.2.0"), ALICE, BOB)).isNotEqualTo(KEYS.key(ip("192.0.2.0"), ALICE, BOB));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GreylistKeys.builder(KeyHasher.of(SECRET)).ipv4Prefix(33))
                .withMessageContaining("ipv4Prefix");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GreylistKeys.builder(KeyHasher.of(SECRET)).ipv6Prefix(0))
                .withMessageContaining("ipv6Prefix");
    }

    @Test
    void clientAndTupleAreHashedApart() {
        GreylistKey key = KEYS.key(ip("192.0.2.1"), ALICE, BOB);
        assertThat(KEYS.key(ip("192.0.2.1"), BOB, ALICE).client()).isEqualTo(key.client());
        assertThat(KEYS.key(ip("192.0.2.1"), BOB, ALICE).tuple()).isNotEqualTo(key.tuple());
        assertThat(key.client()).isNotEqualTo(key.tuple());
    }

    @Property
    @Label("no sender of any text has the key of the null sender")
    void nullSenderIsItself(
            @ForAll @StringLength(min = 1, max = 40) @Chars({'<', '>', '@', 'a', '"', ' ', '\0'}) String text) {
        GreylistKey bounce = KEYS.key(ip("192.0.2.1"), MailAddress.NULL_SENDER, BOB);
        MailAddress sender = MailAddress.of(text);
        assertThat(KEYS.key(ip("192.0.2.1"), sender, BOB).equals(bounce)).isEqualTo(sender.isNullSender());
    }

    @Property
    @Label("triplets have one key exactly if they are equal: nothing shifts from one field into the next")
    void fieldsDoNotRunTogether(
            @ForAll @Chars({'a', '@', 17, 18}) @StringLength(max = 5) String s1,
            @ForAll @Chars({'a', '@', 17, 18}) @StringLength(max = 5) String r1,
            @ForAll @Chars({'a', '@', 17, 18}) @StringLength(max = 5) String s2,
            @ForAll @Chars({'a', '@', 17, 18}) @StringLength(max = 5) String r2) {
        boolean same = MailAddress.of(s1).equals(MailAddress.of(s2))
                && MailAddress.of(r1).equals(MailAddress.of(r2));
        GreylistKey one = KEYS.key(ip("192.0.2.1"), MailAddress.of(s1), MailAddress.of(r1));
        GreylistKey two = KEYS.key(ip("192.0.2.1"), MailAddress.of(s2), MailAddress.of(r2));
        assertThat(one.equals(two)).isEqualTo(same);
    }

    @Test
    void aTypeCodeInAnAddressIsNoBoundary() {
        // Without the lengths both would be the same bytes; 0x12 is the code in front of a domain.
        assertThat(KEYS.key(ip("192.0.2.1"), MailAddress.of("a\u0012b"), BOB))
                .isNotEqualTo(KEYS.key(ip("192.0.2.1"), MailAddress.of("a@b\u0012"), BOB));
    }

    @Property(tries = 50)
    @Label("long senders that differ only at their end have different keys: nothing is cut")
    void nothingIsCut(@ForAll @AlphaChars @StringLength(min = 500, max = 4000) String local) {
        assertThat(KEYS.key(ip("192.0.2.1"), MailAddress.of(local + "1@example.org"), BOB))
                .isNotEqualTo(KEYS.key(ip("192.0.2.1"), MailAddress.of(local + "2@example.org"), BOB));
    }

    @Test
    void theKeyMattersAndIsNeverShown() {
        KeyHasher hasher = KeyHasher.of(SECRET);
        KeyHasher other = KeyHasher.of(new byte[32]);
        assertThat(hasher.fingerprint()).matches("[0-9a-f]{16}").isNotEqualTo(other.fingerprint());
        assertThat(hasher.toString()).contains(hasher.fingerprint()).doesNotContain("0b0b");
        assertThat(GreylistKeys.builder(other).build().key(ip("192.0.2.1"), ALICE, BOB))
                .isNotEqualTo(KEYS.key(ip("192.0.2.1"), ALICE, BOB));
        assertThatIllegalArgumentException().isThrownBy(() -> KeyHasher.of(new byte[16]));
    }

    @Test
    void keysOutliveReleases() {
        // Computed by another HMAC (Python's). What stores remember depends on them: should this test fail, every store
        // would be forgotten.
        GreylistKey key = KEYS.key(ip("192.0.2.1"), ALICE, BOB);
        assertThat(key.client()).hasToString("ab930b36bbb9b723bae96a4ece9418eb");
        assertThat(key.tuple()).hasToString("56efef243c582fdea2cde3f16946d836");
        assertThat(KEYS.key(ip("2001:db8::1"), MailAddress.NULL_SENDER, BOB).tuple())
                .hasToString("7de3db7e2eab3fd4f590e715f2d75eef");
        assertThat(KEYS.deferrals(ALICE, BOB).hash()).hasToString("56efef243c582fde2c39407dedb346c4");
        assertThat(KEYS.fingerprint()).isEqualTo("8cfba53d3586ecb8");
    }

    @Test
    void threadsDoNotDisturbEachOther() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                MailAddress sender = MailAddress.of("sender" + thread + "@example.org");
                GreylistKey expected = KEYS.key(ip("192.0.2.1"), sender, BOB);
                calls.add(() -> {
                    boolean same = true;
                    for (int i = 0; i < 5000; i++) {
                        same &= KEYS.key(ip("192.0.2.1"), sender, BOB).equals(expected);
                    }
                    return same;
                });
            }
            for (Future<Boolean> same : pool.invokeAll(calls)) {
                assertThat(same.get()).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Property
    @Label("a hash survives its text and its bytes, and is ordered as its bytes are")
    void hashRoundTrips(@ForAll long high, @ForAll long low, @ForAll long otherHigh, @ForAll long otherLow) {
        Hash128 hash = new Hash128(high, low);
        Hash128 other = new Hash128(otherHigh, otherLow);
        assertThat(Hash128.parse(hash.toString())).isEqualTo(hash);
        assertThat(Hash128.of(hash.toBytes())).isEqualTo(hash);
        assertThat(Integer.signum(hash.compareTo(other)))
                .isEqualTo(Integer.signum(Arrays.compareUnsigned(hash.toBytes(), other.toBytes())));
    }

    private static InetAddress ip(String text) {
        return IpAddresses.parse(text).orElseThrow();
    }

    @Test
    void identitiesOfDifferentKindsAreDifferentWhateverTheyAreNamed() {
        GreylistKeys keys = GreylistKeys.builder(KeyHasher.of(new byte[KeyHasher.KEY_BYTES]))
                .build();
        MailAddress ann = MailAddress.of("ann@example.org");
        MailAddress bob = MailAddress.of("bob@example.net");
        List<ClientIdentity> clients = List.of(
                new ClientIdentity.Host("example.org"),
                new ClientIdentity.SenderDomain("example.org"),
                new ClientIdentity.Supplied("spf", "example.org"),
                new ClientIdentity.Supplied("dkim", "example.org"),
                new ClientIdentity.Supplied("spf", "example.net"),
                keys.client("192.0.2.1"));
        assertThat(clients.stream().map(client -> keys.key(client, ann, bob).client()))
                .doesNotHaveDuplicates();
        assertThat(clients.stream().map(client -> keys.key(client, ann, bob).tuple()))
                .doesNotHaveDuplicates();
        assertThat(clients.stream().map(client -> keys.begun(client, 7))).doesNotHaveDuplicates();
        ClientIdentity host = clients.get(0);
        assertThat(keys.passes(host).hash()).isEqualTo(keys.key(host, ann, bob).client());
        assertThat(keys.begun(host, 7)).isNotEqualTo(keys.begun(host, 8));
        assertThat(keys.deferrals(ann, bob))
                .isNotEqualTo(keys.deferrals(bob, ann))
                .isEqualTo(keys.deferrals(MailAddress.of("ANN@Example.ORG"), bob));
    }
}
