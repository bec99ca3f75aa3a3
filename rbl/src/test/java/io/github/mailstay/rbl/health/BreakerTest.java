// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.rbl.health.Breaker.Permit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The breaker, event by event; time is a number near its overflow. */
class BreakerTest {
    private static final BreakerSettings SETTINGS =
            new BreakerSettings(3, 5, Duration.ofSeconds(4), Duration.ofSeconds(20), 2);
    private static final long SECOND = 1_000_000_000;

    private long now = Long.MAX_VALUE - 3 * SECOND;
    private Breaker breaker = Breaker.closed(SETTINGS, now);

    private void answered(int times) {
        for (int i = 0; i < times; i++) {
            breaker = breaker.answered(now);
        }
    }

    private void failed(int times) {
        for (int i = 0; i < times; i++) {
            breaker = breaker.failed(now, "timeout", 1);
        }
    }

    private Permit permit() {
        Breaker.Permitted permitted = breaker.permit(now);
        breaker = permitted.next();
        return permitted.permit();
    }

    private void pass(double seconds) {
        now += (long) (seconds * SECOND);
    }

    @Test
    void oneFailureAloneChangesNothingAndTwoDegrade() {
        failed(1);
        assertThat(breaker.health(now)).hasToString("healthy for 0 s");
        failed(1);
        assertThat(breaker.health(now)).hasToString("degraded (timeout) for 0 s");
        assertThat(permit()).isEqualTo(Permit.ASK);
        pass(7);
        answered(3);
        assertThat(breaker.health(now)).as("both within the last five").hasToString("degraded (timeout) for 7 s");
        answered(1);
        assertThat(breaker.health(now)).hasToString("healthy for 0 s");
    }

    @Test
    void enoughFailuresOfTheLastOpenItAndOldOnesDoNotCount() {
        failed(2);
        answered(5);
        failed(2);
        assertThat(permit()).isEqualTo(Permit.ASK);
        answered(1);
        failed(1);
        assertThat(breaker.health(now)).hasToString("dead (timeout) for 0 s");
        assertThat(permit()).isEqualTo(Permit.REFUSE);
    }

    @Test
    void afterAPauseOneQuestionIsATrialAndTwoThatSucceedCloseIt() {
        failed(3);
        pass(3.999);
        assertThat(permit()).isEqualTo(Permit.REFUSE);
        pass(0.001);
        assertThat(permit()).isEqualTo(Permit.TRY);
        assertThat(permit()).as("one at a time").isEqualTo(Permit.REFUSE);
        answered(1);
        assertThat(breaker.state()).isEqualTo(ListHealth.State.DEAD);
        assertThat(permit()).as("the second one at once").isEqualTo(Permit.TRY);
        answered(1);
        assertThat(breaker.health(now)).hasToString("healthy for 0 s");
        assertThat(permit()).isEqualTo(Permit.ASK);
        failed(2);
        assertThat(breaker.state()).as("what was before is forgotten").isEqualTo(ListHealth.State.DEGRADED);
    }

    @Test
    void eachTrialThatFailsDoublesThePauseUpToTheLongest() {
        failed(3);
        for (double pause : new double[] {4, 8, 16, 20, 20}) {
            pass(pause - 0.001);
            assertThat(permit()).as("before %s s", pause).isEqualTo(Permit.REFUSE);
            pass(0.001);
            assertThat(permit()).as("after %s s", pause).isEqualTo(Permit.TRY);
            failed(1);
        }
        pass(20);
        assertThat(permit()).isEqualTo(Permit.TRY);
        answered(1);
        failed(1);
        pass(19.9);
        assertThat(permit()).as("one good trial does not shorten it").isEqualTo(Permit.REFUSE);
    }

    @Test
    void aTrialThatIsNeverHeardOfAgainIsFollowedByAnother() {
        failed(3);
        pass(4);
        assertThat(permit()).isEqualTo(Permit.TRY);
        pass(3.9);
        assertThat(permit()).isEqualTo(Permit.REFUSE);
        pass(0.1);
        assertThat(permit()).isEqualTo(Permit.TRY);
    }

    @Test
    void jitterShortensByAQuarterAtMost() {
        for (int i = 0; i < 3; i++) {
            breaker = breaker.failed(now, "servfail", 0);
        }
        pass(2.999);
        assertThat(permit()).isEqualTo(Permit.REFUSE);
        pass(0.001);
        assertThat(permit()).isEqualTo(Permit.TRY);
    }

    @Test
    void aLieIsDeathUntilATestHasPassedHoweverWellItAnswers() {
        breaker = breaker.tested(now, Optional.of("lists-anybody"));
        assertThat(breaker.health(now)).hasToString("dead (lists-anybody) for 0 s");
        answered(20);
        pass(1000);
        assertThat(permit()).isEqualTo(Permit.REFUSE);
        breaker = breaker.tested(now, Optional.empty());
        assertThat(breaker.health(now)).hasToString("healthy for 0 s");
        assertThat(permit()).isEqualTo(Permit.ASK);
    }

    /** Whatever happens: the states keep their word, and a list that answers again is asked again. */
    @Property
    void whateverHappenedAListThatAnswersRecovers(
            @ForAll @Size(max = 60) List<@IntRange(max = 5) Integer> events, @ForAll @IntRange(max = 100) int jitter) {
        Breaker state = Breaker.closed(SETTINGS, now);
        for (int event : events) {
            now += SECOND;
            state = switch (event) {
                case 0, 1 -> state.failed(now, "timeout", jitter / 100.0);
                case 2 -> state.answered(now);
                case 3 -> state.tested(now, Optional.of("lists-anybody"));
                case 4 -> state.tested(now, Optional.empty());
                default -> state.permit(now).next();
            };
            boolean dead = state.state() == ListHealth.State.DEAD;
            assertThat(state.permit(now).permit() == Permit.ASK).isEqualTo(!dead);
        }
        state = state.tested(now, Optional.empty());
        int asked = 0;
        for (int i = 0; i < 60 && asked < 10; i++) {
            now += SECOND;
            Breaker.Permitted permitted = state.permit(now);
            state = permitted.next();
            if (permitted.permit() != Permit.REFUSE) {
                asked++;
                state = state.answered(now);
            }
        }
        assertThat(state.health(now).state()).isEqualTo(ListHealth.State.HEALTHY);
    }

    @Test
    void sillySettingsNameThemselves() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new BreakerSettings(1, 10, second, second, 1)).hasMessageStartingWith("failures: 1");
        assertThatThrownBy(() -> new BreakerSettings(11, 10, second, second, 1)).hasMessageStartingWith("failures: 11");
        assertThatThrownBy(() -> new BreakerSettings(2, 65, second, second, 1)).hasMessageStartingWith("window: 65");
        assertThatThrownBy(() -> new BreakerSettings(2, 5, Duration.ZERO, second, 1))
                .hasMessageStartingWith("firstPause");
        assertThatThrownBy(() -> new BreakerSettings(2, 5, second, Duration.ofMillis(999), 1))
                .hasMessageStartingWith("longestPause");
        assertThatThrownBy(() -> new BreakerSettings(2, 5, second, second, 0)).hasMessageStartingWith("trials: 0");
        assertThat(new BreakerSettings(64, 64, second, second, 1).window()).isEqualTo(64);
    }
}
