// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.examples.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.github.mailstay.policy.CheckContext;
import io.github.mailstay.policy.Deadline;
import io.github.mailstay.policy.Outcome;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.rbl.DnsList;
import io.github.mailstay.rbl.RblCheck;
import io.github.mailstay.rbl.RblCheckBuilder;
import io.github.mailstay.rbl.dns.DnsAnswer;
import io.github.mailstay.rbl.dns.DnsJavaLookup;
import io.github.mailstay.rbl.health.ListHealth;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What run-rbl.sh measures of the library: started once, so that it is warm, and told on standard input what to do next.
 *
 * <pre>
 * RblBench PORT CLIENTS ZONE... SILENT     clients: a file of IPv4 addresses that no list has, one a line
 * single SECONDS           lookups and decisions by turns, one at a time
 * load OUTSTANDING SECONDS decisions, so many at once
 * silent SECONDS           a list that never answers in place of the last: before it is dead, and after
 * </pre>
 *
 * <p>Each command is answered by one line, its name and {@code name=value}, times in microseconds. It ends at the end of its input,
 * and with status 1 when an answer is wrong.
 */
public final class RblBench {
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final int BURST = 100;

    private final DnsJavaLookup lookup;
    private final List<String> zones;
    private final String silentZone;
    private final List<PolicyRequest> requests;
    private final List<String> reversed;
    private final RblCheck healthy;
    private int next;

    private RblBench(DnsJavaLookup lookup, List<String> clients, List<String> zones, String silentZone) {
        this.lookup = lookup;
        this.zones = zones;
        this.silentZone = silentZone;
        requests = clients.stream().map(RblBench::request).toList();
        reversed = clients.stream().map(RblBench::reversed).toList();
        healthy = check(zones);
    }

    public static void main(String[] args) throws Exception {
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.getByName("127.0.0.1"), Integer.parseInt(args[0]));
        List<String> clients = Files.readAllLines(Path.of(args[1]));
        List<String> zones = List.of(args).subList(2, args.length - 1);
        try (DnsJavaLookup lookup =
                DnsJavaLookup.builder().resolvers(List.of(server)).build()) {
            new RblBench(lookup, clients, zones, args[args.length - 1]).run();
        }
    }

    private void run() throws IOException, InterruptedException {
        verify();
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            double seconds = Double.parseDouble(words[words.length - 1]);
            System.out.println(
                    words[0] + " " + switch (words[0]) {
                        case "single" -> single(seconds);
                        case "load" -> load(Integer.parseInt(words[1]), seconds);
                        case "silent" -> silent(seconds);
                        default -> throw new IllegalArgumentException("command: " + line);
                    });
        }
    }

    /** Every list has its test point, and the first client is on none. */
    private void verify() throws IOException {
        var report = healthy.report(InetAddress.getByName("127.0.0.2"), Deadline.in(DEADLINE))
                .toCompletableFuture()
                .join();
        expect(report.listed().size() == zones.size(), "not on all lists: " + report);
        expect(decide(healthy).found().contains("result=clean"), "the first client is on a list");
    }

    private String single(double seconds) {
        Times lookups = new Times();
        Times decisions = new Times();
        long end = System.nanoTime() + nanos(seconds);
        for (int i = 0; System.nanoTime() < end; i++) {
            long begin = System.nanoTime();
            DnsAnswer answer = lookup.lookup(
                            reversed.get(at()) + zones.get(i % zones.size()) + ".", Deadline.in(DEADLINE))
                    .toCompletableFuture()
                    .join();
            lookups.add(System.nanoTime() - begin);
            expect(answer instanceof DnsAnswer.None, "lookup: " + answer);
            decisions.add(timed(healthy, "result=clean"));
        }
        return line("lookup=%.1f decision=%.1f n=%d", lookups.median(), decisions.median(), decisions.count());
    }

    private String load(int outstanding, double seconds) throws InterruptedException {
        Semaphore free = new Semaphore(outstanding);
        LongAdder done = new LongAdder();
        LongAdder unknown = new LongAdder();
        LongAdder wrong = new LongAdder();
        long cpu = cpu();
        long begin = System.nanoTime();
        long end = begin + nanos(seconds);
        while (System.nanoTime() < end) {
            free.acquire();
            var unused = ask(healthy).whenComplete((outcome, failure) -> {
                (failure == null && isClean(outcome) ? done : isUnknown(outcome) ? unknown : wrong).increment();
                free.release();
            });
        }
        free.acquire(outstanding);
        double took = (System.nanoTime() - begin) / 1e9;
        double used = (cpu() - cpu) / 1e3;
        expect(wrong.sum() == 0, wrong.sum() + " wrong decisions under load, " + healthy.counts());
        long all = done.sum() + unknown.sum();
        return line(
                "decisions=%.1f cpu=%.1f unknown=%.4f n=%d",
                done.sum() / took, used / all, 100.0 * unknown.sum() / all, all);
    }

    private String silent(double seconds) {
        List<String> some = new ArrayList<>(zones.subList(0, zones.size() - 1));
        some.add(silentZone);
        RblCheck check = check(some);
        // Asked before it can be known that the list is silent.
        long[] took = new long[BURST];
        List<CompletableFuture<Outcome>> burst = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            int at = i;
            long begin = System.nanoTime();
            burst.add(ask(check).whenComplete((outcome, failure) -> took[at] = System.nanoTime() - begin));
        }
        for (CompletableFuture<Outcome> one : burst) {
            expect(one.join().found().contains("result=unknown"), "silent list: " + one.join());
        }
        long slowest = Arrays.stream(took).max().orElseThrow();
        // The lookups end a little after the decisions did, which they are the reason of.
        long patience = System.nanoTime() + nanos(3);
        while (check.health().get(id(some.size() - 1)).state() != ListHealth.State.DEAD) {
            expect(System.nanoTime() < patience, "not dead: " + check.health());
            Thread.onSpinWait();
        }
        Times all = new Times();
        Times without = new Times();
        long end = System.nanoTime() + nanos(seconds);
        while (System.nanoTime() < end) {
            all.add(timed(healthy, "result=clean"));
            without.add(timed(check, "result=unknown"));
        }
        return line(
                "deadline=%d slowest=%.1f healthy=%.1f dead=%.1f worst=%.1f n=%d",
                DEADLINE.toNanos() / 1000, slowest / 1e3, all.median(), without.median(), without.most(), all.count());
    }

    private RblCheck check(List<String> of) {
        RblCheckBuilder builder = RblCheck.builder().lookup(lookup).deadline(DEADLINE);
        for (int i = 0; i < of.size(); i++) {
            builder.list(DnsList.builder().id(id(i)).zone(of.get(i)).timeout(DEADLINE).build());
        }
        return builder.build();
    }

    private static String id(int number) {
        return "list" + number;
    }

    private CompletableFuture<Outcome> ask(RblCheck check) {
        return check.check(requests.get(at()), CheckContext.of(Deadline.in(DEADLINE.multipliedBy(10))))
                .toCompletableFuture();
    }

    private Outcome decide(RblCheck check) {
        return ask(check).join();
    }

    private long timed(RblCheck check, String expected) {
        long begin = System.nanoTime();
        Outcome outcome = decide(check);
        long took = System.nanoTime() - begin;
        expect(outcome.found().contains(expected), outcome.found());
        return took;
    }

    private static boolean isClean(Outcome outcome) {
        return outcome.found().contains("result=clean");
    }

    /** A name server whose socket is full drops questions: that is no wrong answer, but it is counted. */
    private static boolean isUnknown(@Nullable Outcome outcome) {
        return outcome != null && outcome.found().contains("result=unknown");
    }

    private int at() {
        next = next + 1 == requests.size() ? 0 : next + 1;
        return next;
    }

    private static PolicyRequest request(String client) {
        return PolicyRequest.builder()
                .attribute("request", PolicyRequest.TYPE)
                .attribute("protocol_state", "RCPT")
                .attribute("client_address", client)
                .attribute("sender", "a@example.net")
                .attribute("recipient", "b@example.org")
                .build();
    }

    private static String reversed(String client) {
        String[] parts = client.split("\\.");
        return parts[3] + "." + parts[2] + "." + parts[1] + "." + parts[0] + ".";
    }

    private static void expect(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Times in nanoseconds, told in microseconds. Not thread-safe. */
    private static final class Times {
        private long[] all = new long[1024];
        private int count;

        void add(long nanos) {
            if (count == all.length) {
                all = Arrays.copyOf(all, 2 * count);
            }
            all[count++] = nanos;
        }

        int count() {
            return count;
        }

        double median() {
            long[] sorted = sorted();
            return sorted[count / 2] / 1e3;
        }

        double most() {
            return sorted()[count - 1] / 1e3;
        }

        private long[] sorted() {
            long[] sorted = Arrays.copyOf(all, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }
}
