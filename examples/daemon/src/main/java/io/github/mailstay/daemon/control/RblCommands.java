// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.daemon.ExitCode;
import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.rbl.ListCounts;
import io.github.mailstay.rbl.RblCheck;
import io.github.mailstay.rbl.RblQuery;
import io.github.mailstay.rbl.dns.ReasonLookup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The commands that ask the lists. Thread-safe. */
public final class RblCommands {
    /** The word for a stream of addresses and domains, a line each. */
    public static final String MANY = "-";

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int AT_ONCE = 16;
    private static final int MAX_LINE = 300;

    private final RblCheck check;
    private final ReasonLookup reasons;

    /** With what they ask. */
    public RblCommands(RblCheck check, ReasonLookup reasons) {
        this.check = check;
        this.reasons = reasons;
    }

    private record Asked(String line, CompletionStage<LookupAnswer> answer) {}

    void putStats(Map<String, Object> all) {
        for (Map.Entry<String, ListCounts> list : check.counts().entrySet()) {
            all.put("rbl." + list.getKey() + ".listed", list.getValue().listed());
            all.put("rbl." + list.getKey() + ".clean", list.getValue().clean());
            all.put("rbl." + list.getKey() + ".unknown", list.getValue().unknown());
        }
        check.health().forEach((id, health) -> all.put("rbl." + id + ".health", health));
    }

    /** One address or domain, or all lines of the stream for {@link #MANY}. */
    int lookup(String what, InputStream in, PrintWriter out, boolean json)
            throws ExecutionException, TimeoutException, InterruptedException {
        if (!what.equals(MANY)) {
            new LookupTable(out, json).print(Commands.await(ask(query(what))));
            return ExitCode.OK;
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return all(new BoundedLines(lines, MAX_LINE), new LookupTable(out, json), out);
        } catch (IOException e) {
            out.println("cannot read on: " + e.getMessage());
            return ExitCode.NOINPUT;
        }
    }

    /** A few at once, told in the order of the lines. */
    private int all(BoundedLines lines, LookupTable table, PrintWriter out)
            throws IOException, ExecutionException, TimeoutException, InterruptedException {
        Deque<Asked> open = new ArrayDeque<>();
        int exit = ExitCode.OK;
        for (String line = lines.next(); line != null || !open.isEmpty(); line = line == null ? null : lines.next()) {
            if (line != null && !line.isBlank()) {
                try {
                    open.add(new Asked(line, ask(query(line.strip()))));
                } catch (IllegalArgumentException e) {
                    out.println(e.getMessage());
                    exit = ExitCode.DATAERR;
                }
            }
            while (open.size() >= AT_ONCE || (line == null && !open.isEmpty())) {
                table.print(Commands.await(open.remove().answer));
            }
            if (out.checkError()) {
                return ExitCode.UNAVAILABLE; // nobody reads any more
            }
        }
        return exit;
    }

    private static RblQuery query(String what) {
        return IpAddresses.parse(what).map(RblQuery::of).orElseGet(() -> {
            try {
                return RblQuery.ofDomain(what);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + printable(what) + "' is neither IP address nor domain", e);
            }
        });
    }

    private static String printable(String text) {
        return text.replaceAll("[^ -~]", "?");
    }

    private CompletionStage<LookupAnswer> ask(RblQuery query) {
        Deadline due = Deadline.in(LIMIT);
        return check.report(query, due)
                .thenCompose(report -> check.reasons(query, report, reasons, due)
                        .thenApply(why -> new LookupAnswer(query, report, why, check.health())));
    }
}
