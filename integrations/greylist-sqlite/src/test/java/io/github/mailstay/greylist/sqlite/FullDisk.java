// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A program that a test runs under a limit on the size of files: {@code FullDisk FILE}. It records tries until one
 * fails, has the limit lifted, and records on in the same store. The last line tells how it went.
 */
final class FullDisk {
    private static final int BATCH = 200;
    private static final int MOST = 500;

    private FullDisk() {}

    /** Runs it; ends with status 1 if something answered was lost or nothing failed. */
    public static void main(String[] args) throws Exception {
        BitSet answered = new BitSet();
        try (SqliteGreylistStore store = Stored.open(Path.of(args[0]))) {
            int batch = 0;
            while (batch < MOST && fill(store, batch, answered)) {
                batch++;
            }
            boolean again = fill(store, batch + 1, answered);
            int before = answered.cardinality();
            lift();
            boolean after = fill(store, batch + 2, answered);
            boolean all = answered.stream()
                    .allMatch(i -> store.find(Stored.key(i))
                            .toCompletableFuture()
                            .join()
                            .isPresent());
            long entries = store.stats().toCompletableFuture().join().entries();
            System.out.println("batches=" + batch + " again=" + again + " answered=" + before + " after=" + after
                    + " all=" + all + " entries=" + entries);
            if (batch == MOST || again || !after || !all || entries != answered.cardinality()) {
                System.exit(1);
            }
        }
    }

    private static boolean fill(SqliteGreylistStore store, int batch, BitSet answered) {
        int from = batch * BATCH;
        for (int i = from; i < from + BATCH; i += 50) {
            try {
                // As one batch, so that it fails or is answered as a whole.
                Stored.merge(store, i, i + 50);
            } catch (CompletionException e) {
                return false;
            }
            answered.set(i, i + 50);
        }
        return true;
    }

    private static void lift() throws Exception {
        Process prlimit = new ProcessBuilder(
                        "prlimit",
                        "--pid",
                        Long.toString(ProcessHandle.current().pid()),
                        "--fsize=unlimited")
                .inheritIO()
                .start();
        if (!prlimit.waitFor(30, TimeUnit.SECONDS) || prlimit.exitValue() != 0) {
            throw new IllegalStateException("prlimit did not lift the limit");
        }
    }
}
