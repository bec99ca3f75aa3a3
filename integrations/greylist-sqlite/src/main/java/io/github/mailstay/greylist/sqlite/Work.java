// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One thing for the writer to do, with the stage of whoever asked for it. {@link #apply} works inside a transaction;
 * only when that is committed is the answer given.
 */
abstract class Work<T> {
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private @Nullable T result;

    final CompletableFuture<T> answer() {
        return answer;
    }

    /** Does it; may be called by the writer only. */
    abstract T apply(WriterSql sql) throws SQLException;

    /** Whether it wants a transaction of its own, behind the batch. */
    boolean alone() {
        return false;
    }

    /** The change is durable now. */
    void committed() {}

    final void run(WriterSql sql) throws SQLException {
        result = apply(sql);
    }

    final void complete() {
        committed();
        answer.complete(result);
    }

    final void fail(Throwable trouble) {
        answer.completeExceptionally(trouble);
    }
}
