// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.skippedWithReason;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.cause;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

class RealExtensionTest {
    private static final List<String> closed = new ArrayList<>();

    // Surefire leaves nested classes out: only this test runs these.
    static class NeedsWhatIsNotThere {
        @Test
        @Real("no-such-command-here")
        void needsIt() {}

        @Test
        void needsNothing() {}
    }

    @Real({"sh", "no-such-command-here"})
    static class NeedsItForEachTest {
        @Test
        void one() {}
    }

    @Real("sh")
    static class NeedsWhatIsThere {
        @Test
        void one(RealServers servers) {
            AutoCloseable first = () -> closed.add("first");
            AutoCloseable second = () -> closed.add("second");
            assertThat(servers.keep(first)).isSameAs(first);
            servers.keep(second);
        }
    }

    @Test
    void skipsATestThatLacksSomething() {
        EngineExecutionResults results = run(NeedsWhatIsNotThere.class, "optional");

        results.testEvents().assertStatistics(it -> it.started(1).succeeded(1).skipped(1));
        results.testEvents()
                .assertThatEvents()
                .haveExactly(1, event(skippedWithReason(reason -> reason.contains("no command no-such-command-here"))));
    }

    @Test
    void failsIfItIsRequired() {
        EngineExecutionResults results = run(NeedsWhatIsNotThere.class, "required");

        results.testEvents()
                .assertStatistics(it -> it.started(2).succeeded(1).failed(1).skipped(0));
        results.testEvents()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(
                                cause(message(text -> text.contains("no command no-such-command-here"))))));
    }

    @Test
    void skipsOrFailsAWholeClass() {
        run(NeedsItForEachTest.class, "optional").containerEvents().assertStatistics(it -> it.skipped(1));
        run(NeedsItForEachTest.class, "required")
                .containerEvents()
                .assertStatistics(it -> it.failed(1).skipped(0));
    }

    @Test
    void closesWhatATestKeptTheYoungestFirst() {
        closed.clear();

        run(NeedsWhatIsThere.class, "required").testEvents().assertStatistics(it -> it.succeeded(1));

        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void decidesByWhatIsMissingAndWhetherItIsRequired() {
        assertThat(RealExtension.decide("", true).isDisabled()).isFalse();
        assertThat(RealExtension.decide("", false).isDisabled()).isFalse();
        assertThat(RealExtension.decide("it", false).isDisabled()).isTrue();
        assertThatThrownBy(() -> RealExtension.decide("it", true))
                .isInstanceOf(RealServerException.class)
                .hasMessageContaining("it");
    }

    @Test
    void tellsOtherEnginesWhyToSkip() {
        assertThat(RealServers.reasonToSkip("sh")).isEmpty();
    }

    @Test
    void takesNoMistypedWish() {
        assertThat(RealExtension.isRequired("required")).isTrue();
        assertThat(RealExtension.isRequired("optional")).isFalse();
        assertThat(RealExtension.isRequired("")).isFalse();
        assertThatThrownBy(() -> RealExtension.isRequired("Required"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MAILSTAY_REAL")
                .hasMessageContaining("Required");
    }

    @Test
    void namesThePackageAndTheLackOfRoot() {
        RealComponent postfix = RealComponent.named("postfix");

        assertThat(postfix.missing(true, command -> true)).isEmpty();
        assertThat(postfix.missing(false, command -> true)).contains("postfix: not root");
        assertThat(postfix.missing(true, command -> !command.equals("smtp-sink")))
                .contains("postfix: no command smtp-sink (Debian package postfix)");
        assertThat(RealComponent.named("dig").missing(true, command -> false))
                .contains("dig: no command dig (Debian package bind9-dnsutils)");
        assertThat(RealComponent.named("root").missing(false, command -> true)).contains("root: not root");
        assertThatThrownBy(() -> RealComponent.named("not a command"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a command");
    }

    private static EngineExecutionResults run(Class<?> test, String wish) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(test))
                .configurationParameter(RealExtension.PARAMETER, wish)
                .execute();
    }
}
