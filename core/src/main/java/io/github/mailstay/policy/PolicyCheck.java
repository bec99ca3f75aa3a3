// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.concurrent.CompletionStage;

/**
 * One step of a policy: looks at a request and says what it found. Implementations are thread-safe, never block the
 * calling thread, and complete the stage on any thread; a check that throws, fails or stays silent until the deadline
 * is answered for by the {@link FailMode} that it was put into the chain with.
 */
@FunctionalInterface
public interface PolicyCheck {
    /**
     * Looks at one request.
     *
     * @param request what Postfix asks
     * @param context deadline and notes
     */
    CompletionStage<Outcome> check(PolicyRequest request, CheckContext context);
}
