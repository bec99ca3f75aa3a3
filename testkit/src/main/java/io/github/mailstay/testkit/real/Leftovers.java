// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What this JVM has started or made and not yet ended: a run that is aborted leaves nothing behind, since the JVM's
 * shutdown closes it all, the youngest first.
 *
 * <p>Concurrency: every access to the queue holds the lock of this class; nothing is closed under it.
 */
final class Leftovers {
    private static final Deque<Runnable> living = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::closeAll, "mailstay-testkit-leftovers"));
    }

    private Leftovers() {}

    static synchronized void add(Runnable end) {
        living.push(end);
    }

    static synchronized void remove(Runnable end) {
        living.remove(end);
    }

    private static synchronized List<Runnable> all() {
        return new ArrayList<>(living);
    }

    private static void closeAll() {
        for (Runnable end : all()) {
            try {
                end.run();
            } catch (RuntimeException e) {
                // A shutdown has no other reader.
                System.err.println("mailstay testkit: " + e.getMessage());
            }
        }
    }
}
