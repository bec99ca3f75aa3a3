// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.rbl.ListResult;
import io.github.mailstay.rbl.RblReport;
import io.github.mailstay.rbl.health.ListHealth;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints answers of lists, for people as a table, for programs as a line of JSON each. Not thread-safe. */
final class LookupTable {
    private final PrintWriter out;
    private final boolean json;
    private boolean first = true;

    LookupTable(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void print(LookupAnswer answer) {
        if (json) {
            out.println(Json.of(fields(answer)));
            return;
        }
        if (!first) {
            out.println();
        }
        first = false;
        out.println(answer.query() + ": score " + answer.report().score()
                + (answer.report().entries().isEmpty() ? " (rbl.lists is empty)" : ""));
        if (answer.report().entries().isEmpty()) {
            return;
        }
        out.printf("%-20s %-34s %6s %8s %7s %s%n", "LIST", "RESULT", "SCORE", "MS", "TTL", "HEALTH");
        for (RblReport.Entry entry : answer.report().entries()) {
            out.printf(
                    Locale.ROOT,
                    "%-20s %-34s %6s %8.1f %7s %s%n",
                    entry.id(),
                    entry.result(),
                    entry.score() == 0 ? "" : entry.score(),
                    entry.took().toNanos() / 1e6,
                    entry.ttl().isZero() ? "" : entry.ttl().toSeconds() + "s",
                    health(answer, entry.id()));
            meanings(entry).forEach(meaning -> out.println("    means: " + meaning));
            String reason = answer.reasons().get(entry.id());
            if (reason != null) {
                out.println("    says:  " + reason);
            }
        }
    }

    private static String health(LookupAnswer answer, String id) {
        ListHealth health = answer.health().get(id);
        return health == null ? "" : health.state() + (health.why().isEmpty() ? "" : " (" + health.why() + ")");
    }

    private static List<String> meanings(RblReport.Entry entry) {
        return entry.result() instanceof ListResult.Listed listed ? listed.meanings() : List.of();
    }

    private static Map<String, Object> fields(LookupAnswer answer) {
        List<Map<String, @Nullable Object>> lists = new ArrayList<>();
        for (RblReport.Entry entry : answer.report().entries()) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("id", entry.id());
            fields.put("result", entry.result());
            fields.put("score", entry.score());
            fields.put("meanings", meanings(entry));
            fields.put("reason", answer.reasons().get(entry.id()));
            fields.put("ms", entry.took().toNanos() / 1e6);
            fields.put("ttl", entry.ttl().toSeconds());
            fields.put("health", health(answer, entry.id()));
            lists.add(fields);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("asked", answer.query().toString());
        all.put("score", answer.report().score());
        all.put("lists", lists);
        return all;
    }
}
