// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Notices when the store begins to fail and when it answers again, and tells each once. Thread-safe: of all calls that
 * see a change the one that turns the flag tells of it.
 */
final class StoreWatch {
    private final AtomicBoolean failing = new AtomicBoolean();
    private final Consumer<Consumer<GreylistListener>> listeners;

    StoreWatch(Consumer<Consumer<GreylistListener>> listeners) {
        this.listeners = listeners;
    }

    <T> CompletionStage<T> watch(CompletionStage<T> answer) {
        return answer.whenComplete((value, failure) -> {
            if (failure != null) {
                if (failing.compareAndSet(false, true)) {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    listeners.accept(listener -> listener.storeFailed(cause));
                }
            } else if (failing.get() && failing.compareAndSet(true, false)) {
                listeners.accept(GreylistListener::storeRecovered);
            }
        });
    }
}
