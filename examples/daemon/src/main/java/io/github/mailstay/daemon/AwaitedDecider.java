// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Decider;
import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.PolicyRequest;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A decider that is still being put together: who asks early waits for it. So the daemon can take connections before its
 * store is open, and a restart costs a mail server a moment's wait instead of a refused connection. Thread-safe.
 */
final class AwaitedDecider implements Decider {
    private final CompletableFuture<Decider> decider = new CompletableFuture<>();

    /** Answers whoever waits, and all who come later. */
    void is(Decider real) {
        decider.complete(real);
    }

    /** Fails whoever waits, unless the decider is there. */
    void giveUp() {
        decider.completeExceptionally(new CancellationException("the daemon does not start"));
    }

    @Override
    public CompletionStage<Decision> decide(PolicyRequest request, Deadline deadline) {
        return decider.thenCompose(real -> real.decide(request, deadline));
    }
}
