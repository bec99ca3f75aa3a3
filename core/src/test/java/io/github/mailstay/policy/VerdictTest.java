// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs and the rules are those of Postfix's check_table_result (smtpd_check.c), as access(5) documents them. */
class VerdictTest {
    private static final Set<String> VERBS = Set.of(
            "OK",
            "DUNNO",
            "DEFER_IF_PERMIT",
            "DEFER_IF_REJECT",
            "DISCARD",
            "HOLD",
            "REDIRECT",
            "BCC",
            "FILTER",
            "INFO",
            "WARN");

    /** Hostile texts: anything at all, and what is near to a valid action. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(40);
        Arbitrary<String> near = Arbitraries.strings()
                .withChars("0123456789. \r\n\0:@-OKDUNoa\u007f\ud800")
                .ofMaxLength(12);
        return Arbitraries.oneOf(any, near, Arbitraries.of("", " ", "451", "4.7.1", "OK", "a@b", "smtp:[::1]:25"));
    }

    /** Law: whatever is thrown at the constructors, what they let through Postfix reads as that one action. */
    @Property(tries = 3000)
    void no_verdict_can_be_misread(
            @ForAll int code,
            @ForAll("texts") String enhanced,
            @ForAll("texts") String text,
            @ForAll("texts") String verb) {
        int near = 400 + Math.floorMod(code, 200);
        List<Supplier<Verdict>> makers = new ArrayList<>(List.of(
                Verdict.Dunno::new,
                Verdict.Permit::new,
                () -> new Verdict.Discard(text),
                () -> new Verdict.Hold(text),
                () -> new Verdict.Redirect(text),
                () -> new Verdict.Other(verb, text)));
        for (String word : List.of("BCC", "FILTER", "INFO", "warn")) {
            makers.add(() -> new Verdict.Other(word, text));
        }
        for (String status : List.of(enhanced, "4.7.1", "5.7.1")) {
            makers.add(() -> new Verdict.Defer(code, new ReplyText(status, text)));
            makers.add(() -> new Verdict.Defer(near, new ReplyText(status, text)));
            makers.add(() -> new Verdict.Reject(near, new ReplyText(status, text)));
            makers.add(() -> new Verdict.DeferIfPermit(new ReplyText(status, text)));
            makers.add(() -> new Verdict.DeferIfReject(new ReplyText(status, text)));
        }
        int made = 0;
        for (Supplier<Verdict> maker : makers) {
            Verdict verdict;
            try {
                verdict = maker.get();
            } catch (IllegalArgumentException refused) {
                continue;
            }
            made++;
            checkAction(verdict.toAction());
        }
        assertThat(made).isGreaterThanOrEqualTo(2);
    }

    private static void checkAction(String action) {
        assertThat(action).isNotBlank().doesNotContain("\r", "\n", "\0");
        assertThat(action).matches("[ -~]+").doesNotMatch("[0-9]+");
        String first = action.split(" ", 2)[0];
        if (first.matches("[0-9]+")) {
            assertThat(first).matches("[45][0-9][0-9]").isNotIn("421", "521");
            // Postfix takes an enhanced code in front of the text; its class must be the code's.
            assertThat(action.split(" ", 3)[1]).matches(first.charAt(0) + "\\.[0-9]{1,3}\\.[0-9]{1,3}");
            assertThat(action.split(" ", 3)[2]).isNotBlank();
        } else {
            assertThat(VERBS).contains(first);
        }
    }

    @Property
    void a_header_is_one_line(@ForAll("texts") String name, @ForAll("texts") String value) {
        Header header;
        try {
            header = new Header(name, value);
        } catch (IllegalArgumentException refused) {
            return;
        }
        assertThat(header.toString()).matches("[!-9;-~]+: [ -~]*[!-~][ -~]*");
    }

    @Test
    void actions_are_what_access_5_says() {
        ReplyText later = new ReplyText("4.7.1", "try later");
        assertThat(Verdict.DUNNO.toAction()).isEqualTo("DUNNO");
        assertThat(new Verdict.Permit().toAction()).isEqualTo("OK");
        assertThat(new Verdict.Defer(451, later).toAction()).isEqualTo("451 4.7.1 try later");
        assertThat(new Verdict.DeferIfPermit(later).toAction()).isEqualTo("DEFER_IF_PERMIT 4.7.1 try later");
        assertThat(new Verdict.DeferIfReject(later).toAction()).isEqualTo("DEFER_IF_REJECT 4.7.1 try later");
        assertThat(new Verdict.Reject(550, new ReplyText("5.7.1", "no")).toAction())
                .isEqualTo("550 5.7.1 no");
        assertThat(new Verdict.Discard("d").toAction()).isEqualTo("DISCARD d");
        assertThat(new Verdict.Hold("h").toAction()).isEqualTo("HOLD h");
        assertThat(new Verdict.Redirect("a@b").toAction()).isEqualTo("REDIRECT a@b");
        assertThat(new Verdict.Other("bcc", "a@b").toAction()).isEqualTo("BCC a@b");
        assertThat(new Verdict.Other("FILTER", "smtp:[127.0.0.1]:10025").toAction())
                .isEqualTo("FILTER smtp:[127.0.0.1]:10025");
        assertThat(FailMode.DEFERRAL.toAction()).startsWith("451 4.3.0 ");
    }

    /** PREPEND is a header's way, and the others are restriction names, which would be looked up. */
    @ParameterizedTest
    @ValueSource(strings = {"PREPEND", "OK", "reject_unauth_destination", "hash:/etc/x", "", "451", "BCC\n"})
    void an_unknown_word_is_refused(String verb) {
        assertThatThrownBy(() -> new Verdict.Other(verb, "a@b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_code_of_the_wrong_class_is_refused() {
        ReplyText temporary = new ReplyText("4.7.1", "x");
        ReplyText permanent = new ReplyText("5.7.1", "x");
        assertThatThrownBy(() -> new Verdict.Defer(550, temporary)).hasMessageContaining("550");
        assertThatThrownBy(() -> new Verdict.Defer(421, temporary)).hasMessageContaining("421");
        assertThatThrownBy(() -> new Verdict.Defer(451, permanent)).hasMessageContaining("5.7.1");
        assertThatThrownBy(() -> new Verdict.Reject(550, temporary)).hasMessageContaining("4.7.1");
        assertThatThrownBy(() -> new Verdict.Reject(521, permanent)).hasMessageContaining("521");
        assertThatThrownBy(() -> new Verdict.DeferIfPermit(permanent)).hasMessageContaining("5.7.1");
        assertThatThrownBy(() -> new ReplyText("4.7.1", "451 x")).hasMessageContaining("code");
        assertThatThrownBy(() -> new ReplyText("4.7.1", "5.1.1 x")).hasMessageContaining("code");
        assertThatThrownBy(() -> new ReplyText("4.7", "x")).hasMessageContaining("4.7");
        assertThatThrownBy(() -> new ReplyText("4.7.1", "x".repeat(301))).hasMessageContaining("300");
    }
}
