// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.log;

import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.QueuedDecisionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a line for each decision, at INFO, addresses included. Runs behind a {@link QueuedDecisionListener}. */
public final class DecisionLog implements QueuedDecisionListener.Target {
    static final String LOGGER = "mailstay.decision";

    private static final Logger log = LoggerFactory.getLogger(LOGGER);

    @Override
    public void decided(PolicyRequest request, Decision decision) {
        if (log.isInfoEnabled()) {
            log.info(DecisionLine.of(request, decision));
        }
    }

    @Override
    public void idle() {
        LogConfigurator.flush();
    }
}
