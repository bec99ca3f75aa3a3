// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What the client's exceptions mean to those who use a store. Stateless. */
final class Troubles {
    private Troubles() {}

    /** What failed, without what only carried it. */
    static Throwable root(Throwable trouble) {
        Throwable root = trouble;
        while (root.getCause() != null && (root instanceof CompletionException || root instanceof ExecutionException)) {
            root = root.getCause();
        }
        return root;
    }

    /**
     * The trouble as a store reports it.
     *
     * @param servers what messages call the servers, without a password
     */
    static StoreException failed(String servers, Throwable trouble) {
        Throwable root = root(trouble);
        if (root instanceof StoreException known) {
            return known;
        }
        if (root instanceof RedisCommandTimeoutException) {
            return new StoreException(Reason.FAILED, servers + " did not answer in time", root);
        }
        return new StoreException(Reason.FAILED, servers + ": " + words(root), root);
    }

    /** "Unable to connect" alone helps nobody: the reason lies beneath. */
    private static String words(Throwable trouble) {
        StringBuilder words = new StringBuilder(said(trouble));
        Throwable cause = trouble.getCause();
        for (int depth = 0; cause != null && depth < 5; depth++) {
            String more = said(cause);
            if (words.indexOf(more) < 0) {
                words.append(": ").append(more);
            }
            cause = cause.getCause();
        }
        return words.toString();
    }

    private static String said(Throwable trouble) {
        String message = trouble.getMessage();
        return message == null ? trouble.getClass().getSimpleName() : message;
    }
}
