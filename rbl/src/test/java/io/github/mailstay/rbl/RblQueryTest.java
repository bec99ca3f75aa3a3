// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** What hostile names become. */
class RblQueryTest {
    /** Names come from strangers: whatever they hold, what is asked is a name, absolute and within its zone. */
    @Property
    void whateverTheClientCallsItselfTheQuestionIsAName(
            @ForAll @StringLength(max = 300) String helo, @ForAll @StringLength(max = 300) String sender) {
        RblQuery query = RblQuery.of(RblCheckTest.request(
                "client_address", "unknown", "helo_name", plain(helo), "sender", plain(sender) + "@" + plain(helo)));
        for (Optional<String> question : query.questions(EnumSet.allOf(Asked.class), "bl.example")) {
            assertThat(question.orElse("a.b.bl.example."))
                    .matches("([a-z0-9_-]{1,63}\\.){2,}bl\\.example\\.")
                    .hasSizeLessThanOrEqualTo(254);
        }
    }

    @Property
    void whatIsADomainIsAskedAsItIs(@ForAll("domains") String domain) {
        assertThat(RblQuery.ofDomain(domain).questions(EnumSet.of(Asked.HELO), "bl.example"))
                .containsExactly(Optional.of(domain + ".bl.example."));
    }

    @Provide
    Arbitrary<String> domains() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .numeric()
                .ofMinLength(1)
                .ofMaxLength(20)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(labels -> String.join(".", labels) + ".example");
    }

    private static String plain(String text) {
        return text.replaceAll("[\r\n\u0000]", "");
    }
}
