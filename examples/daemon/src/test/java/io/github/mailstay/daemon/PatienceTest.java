// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void aStoreThatIsLateIsOpenedInTheEnd() {
        assertThat(open(Duration.ofMinutes(1), 3, away("08001"))).isEqualTo(3);
    }

    @Test
    void oneThatStaysAwayFails() {
        StoreException away = away("08001");
        assertThatThrownBy(() -> open(Duration.ofSeconds(1), 1000, away)).isSameAs(away);
        assertThat(attempts).hasValueBetween(2, 11);
    }

    @Test
    void whatWaitingDoesNotHelpFailsAtOnce() {
        for (StoreException trouble :
                new StoreException[] {new StoreException(Reason.MISMATCH, "other key"), away("28P01"), away("3D000")}) {
            attempts.set(0);
            assertThatThrownBy(() -> open(Duration.ofMinutes(1), 3, trouble)).isSameAs(trouble);
            assertThat(attempts).hasValue(1);
        }
    }

    /** Opens what comes at this attempt, and fails before. */
    private int open(Duration limit, int at, StoreException trouble) {
        return new Patience(limit).open(() -> {
            if (attempts.incrementAndGet() < at) {
                throw trouble;
            }
            return attempts.get();
        });
    }

    /** As a pool wraps it. */
    private static StoreException away(String state) {
        return new StoreException(
                Reason.FAILED, "no connection", new SQLException("timed out", new SQLException("because", state)));
    }
}
