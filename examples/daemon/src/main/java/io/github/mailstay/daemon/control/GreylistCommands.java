// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.daemon.ExitCode;
import io.github.mailstay.greylist.GreylistEntry;
import io.github.mailstay.greylist.GreylistKey;
import io.github.mailstay.greylist.GreylistManagement;
import io.github.mailstay.greylist.Tally;
import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.greylist.store.Page;
import io.github.mailstay.net.MailAddress;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The commands behind {@code greylist}. Thread-safe. */
final class GreylistCommands {
    private static final int PAGE = 1000;

    private final GreylistStore store;
    private final GreylistManagement management;

    GreylistCommands(GreylistStore store, GreylistManagement management) {
        this.store = store;
        this.management = management;
    }

    /** Runs one, whose first word is the command; returns its exit code. */
    int run(List<String> words, PrintWriter out, boolean json)
            throws ExecutionException, TimeoutException, InterruptedException {
        String command = words.get(0);
        List<String> rest = words.subList(1, words.size());
        if (command.equals("list") && rest.isEmpty()) {
            return list(out, json);
        } else if (command.equals("show") && rest.size() == 3) {
            return show(rest, out, json);
        } else if (command.equals("show") && rest.size() == 1) {
            return showClient(rest.get(0), out, json);
        } else if (command.equals("allow") && rest.size() == 3) {
            Commands.await(management.allow(rest.get(0), address(rest.get(1)), address(rest.get(2))));
            return said(out, "allowed: its mail passes, as long as it comes once a lifetime");
        } else if (command.equals("allow") && rest.size() == 1) {
            Commands.await(management.allow(rest.get(0)));
            return said(out, "allowed: it passes at once, as long as it sends once a lifetime and is not demoted");
        } else if (command.equals("forget") && rest.size() == 3) {
            return forgot(
                    Commands.await(management.forget(rest.get(0), address(rest.get(1)), address(rest.get(2)))), out);
        } else if (command.equals("forget") && rest.size() == 1) {
            return forgot(Commands.await(management.forget(rest.get(0))), out);
        }
        out.println("unknown command");
        return ExitCode.USAGE;
    }

    private static MailAddress address(String text) {
        return MailAddress.of(text);
    }

    private static int said(PrintWriter out, String what) {
        out.println(what);
        return ExitCode.OK;
    }

    private static int forgot(boolean known, PrintWriter out) {
        out.println(known ? "forgotten" : "not known, nothing to forget");
        return known ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }

    private int showClient(String client, PrintWriter out, boolean json)
            throws ExecutionException, TimeoutException, InterruptedException {
        Optional<Tally> passes = Commands.await(management.show(client));
        if (passes.isEmpty()) {
            out.println(json ? "null" : "has not passed, or is forgotten");
            return ExitCode.UNAVAILABLE;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("passes", passes.get().count());
        fields.put("first", time(passes.get().firstCounted()));
        fields.put("last", time(passes.get().lastCounted()));
        fields.put("expires", time(passes.get().expiresAt()));
        fields.put("trusted", management.isTrusted(passes.get()));
        print(fields, out, json);
        return ExitCode.OK;
    }

    private static void print(Map<String, Object> fields, PrintWriter out, boolean json) {
        if (json) {
            out.println(Json.of(fields));
        } else {
            fields.forEach((name, value) -> out.printf("%-11s %s%n", name, value));
        }
    }

    private int list(PrintWriter out, boolean json) throws ExecutionException, TimeoutException, InterruptedException {
        Optional<Cursor> from = Optional.of(Cursor.START);
        if (!json) {
            out.printf("%-32s %-20s %-20s %6s %6s%n", "TUPLE", "FIRST SEEN", "EXPIRES", "TRIES", "PASSES");
        }
        while (from.isPresent()) {
            Page page = Commands.await(store.list(from.get(), PAGE));
            for (Page.Row row : page.rows()) {
                if (json) {
                    out.println(Json.of(fields(row.key(), row.entry())));
                } else {
                    GreylistEntry entry = row.entry();
                    out.printf(
                            "%-32s %-20s %-20s %6d %6d%n",
                            row.key().tuple(),
                            time(entry.firstSeen()),
                            time(entry.expiresAt()),
                            entry.tries(),
                            entry.passes());
                }
            }
            if (out.checkError()) {
                return ExitCode.UNAVAILABLE; // nobody reads any more
            }
            from = page.next();
        }
        return ExitCode.OK;
    }

    private int show(List<String> triplet, PrintWriter out, boolean json)
            throws ExecutionException, TimeoutException, InterruptedException {
        MailAddress sender = address(triplet.get(1));
        MailAddress recipient = address(triplet.get(2));
        Optional<GreylistEntry> entry = Commands.await(management.show(triplet.get(0), sender, recipient));
        if (entry.isEmpty()) {
            out.println(json ? "null" : "not seen, or forgotten");
            return ExitCode.UNAVAILABLE;
        }
        print(fields(management.key(triplet.get(0), sender, recipient), entry.get()), out, json);
        return ExitCode.OK;
    }

    private static Map<String, Object> fields(GreylistKey key, GreylistEntry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("tuple", key.tuple());
        fields.put("client", key.client());
        fields.put("first-seen", time(entry.firstSeen()));
        fields.put("last-seen", time(entry.lastSeen()));
        fields.put("expires", time(entry.expiresAt()));
        fields.put("tries", entry.tries());
        fields.put("passes", entry.passes());
        return fields;
    }

    private static Instant time(Instant instant) {
        return Instant.ofEpochSecond(instant.getEpochSecond());
    }
}
