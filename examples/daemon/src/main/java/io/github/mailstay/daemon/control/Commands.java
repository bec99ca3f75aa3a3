// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.daemon.ExitCode;
import io.github.mailstay.greylist.GreylistManagement;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.StoreStats;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The commands that look into store and lists: the same whether a daemon runs them for the control socket or the command
 * line runs them itself. Thread-safe.
 */
public final class Commands {
    private static final int SECONDS = 30;

    private final GreylistStore store;
    private final GreylistCommands greylist;
    private final GreylistLoader loader;
    private final RblCommands rbl;
    private final Supplier<Map<String, Long>> counters;
    private final LongSupplier unlogged;

    /** With what they look into. */
    public Commands(
            GreylistStore store,
            GreylistManagement management,
            GreylistLoader loader,
            RblCommands rbl,
            Supplier<Map<String, Long>> counters,
            LongSupplier unlogged) {
        this.store = store;
        this.greylist = new GreylistCommands(store, management);
        this.loader = loader;
        this.rbl = rbl;
        this.counters = counters;
        this.unlogged = unlogged;
    }

    /**
     * Runs one; returns its exit code.
     *
     * @param in what it reads, if it reads anything
     */
    public int run(List<String> words, InputStream in, PrintWriter out) {
        List<String> plain = new ArrayList<>(words);
        boolean json = plain.remove("--json");
        String name = String.join(" ", plain.subList(0, Math.min(2, plain.size())));
        try {
            if (name.equals("greylist stats") && plain.size() == 2) {
                return stats(out, json);
            } else if (name.equals("greylist import")) {
                return loader.run(plain.subList(2, plain.size()), in, out, json);
            } else if (name.startsWith("greylist ")) {
                return greylist.run(plain.subList(1, plain.size()), out, json);
            } else if (name.startsWith("lookup ") && plain.size() == 2) {
                return rbl.lookup(plain.get(1), in, out, json);
            }
        } catch (ExecutionException | CompletionException | TimeoutException e) {
            out.println("failed: "
                    + (e.getCause() == null
                            ? "no answer within " + SECONDS + " s"
                            : e.getCause().getMessage()));
            return ExitCode.UNAVAILABLE;
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return ExitCode.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.UNAVAILABLE;
        }
        out.println("unknown command");
        return ExitCode.USAGE;
    }

    private int stats(PrintWriter out, boolean json) throws ExecutionException, TimeoutException, InterruptedException {
        StoreStats stats = await(store.stats());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("entries", stats.entries());
        all.put("waiting", stats.waiting());
        all.put("passed", stats.passed());
        all.put("counters", stats.counters());
        all.putAll(counters.get());
        all.put("decisions.unlogged", unlogged.getAsLong());
        rbl.putStats(all);
        if (json) {
            out.println(Json.of(all));
        } else {
            all.forEach((name, value) -> out.printf("%-28s %12s%n", name, value));
        }
        return ExitCode.OK;
    }

    static <T> T await(CompletionStage<T> stage) throws ExecutionException, TimeoutException, InterruptedException {
        return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    }
}
