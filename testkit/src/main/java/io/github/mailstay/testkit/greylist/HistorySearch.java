// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Looks for a history that breaks a law, and if it finds one, for the smallest such history: jqwik makes the steps and
 * knows what is simpler than each, Jupiter runs the test, so that a contract has the stores, servers and directories of its
 * test class.
 *
 * <p>The seed is new in each run; {@code -Dmailstay.history.seed=N} plays the first history of a run again.
 */
final class HistorySearch {
    private static final String SEED = "mailstay.history.seed";
    private static final Duration SHRINKING = Duration.ofSeconds(30);
    /** How jqwik sizes what it makes; its own default for a property. */
    private static final int SIZE = 1000;

    private static final int LONGEST = 120;

    /** What broke, and what came of each step. */
    private record Broken(Throwable why, List<String> transcript) {
        /** Whether the other broke the same law: else what is simpler could be another mistake. */
        boolean isLike(Broken other) {
            return law(why).equals(law(other.why));
        }

        /** How often to play what may break only now and then, as threads happen to run. */
        int chances() {
            return law(why).startsWith("concurrent") ? 5 : 1;
        }

        private static String law(Throwable failure) {
            return String.valueOf(failure.getMessage()).split(":", 2)[0];
        }
    }

    private final HistoryContract contract;
    private final int hosts;

    HistorySearch(HistoryContract contract, int hosts) {
        this.contract = contract;
        this.hosts = hosts;
    }

    void run(int histories) {
        run(
                Optional.ofNullable(Long.getLong(SEED)).orElseGet(() -> (long) new Random().nextInt(1_000_000_000)),
                histories);
    }

    /** Plays the histories of this seed and of those that follow it. */
    void run(long first, int histories) {
        JqwikSession.run(() -> {
            RandomGenerator<Step> generator = Steps.of(hosts).generator(SIZE, true);
            for (long seed = first; seed < first + histories; seed++) {
                Random random = new Random(seed);
                List<Shrinkable<Step>> history = Stream.generate(() -> generator.next(random))
                        .limit(1 + random.nextInt(LONGEST))
                        .toList();
                Optional<Broken> broken = play(history);
                if (broken.isPresent()) {
                    throw report(seed, history.size(), new Shrinking(history, broken.get()).smallest());
                }
                JqwikSession.finishTry();
            }
        });
    }

    private Optional<Broken> play(List<Shrinkable<Step>> steps) {
        List<String> transcript = new ArrayList<>();
        String line = "the start";
        try (History history = new History(contract, hosts)) {
            for (Shrinkable<Step> shrinkable : steps) {
                Step step = shrinkable.value();
                line = String.format("%4d  %s", transcript.size() + 1, step);
                transcript.add(line + " -> " + step.in(history));
            }
            line = "the end";
            history.end();
            return Optional.empty();
        } catch (Exception | AssertionError e) {
            transcript.add(line + " -> BROKEN: " + e.getMessage());
            return Optional.of(new Broken(e, transcript));
        }
    }

    /** Takes whatever is simpler and still breaks that law, until nothing simpler does, or time is up. */
    private final class Shrinking {
        private final Instant end = Instant.now().plus(SHRINKING);
        private List<Shrinkable<Step>> steps;
        private Broken broken;

        Shrinking(List<Shrinkable<Step>> steps, Broken broken) {
            this.steps = steps;
            this.broken = broken;
        }

        Broken smallest() {
            boolean simpler = true;
            while (simpler) {
                simpler = false;
                for (int length = steps.size(); length > 0; length /= 2) {
                    simpler |= shorter(length);
                }
                for (int at = 0; at < steps.size(); at++) {
                    simpler |= plainer(at);
                }
            }
            return broken;
        }

        /** Leaves out so many steps at a time. */
        private boolean shorter(int length) {
            boolean simpler = false;
            for (int at = steps.size() - length; at >= 0; at--) {
                List<Shrinkable<Step>> fewer = new ArrayList<>(steps);
                fewer.subList(at, at + length).clear();
                if (breaks(fewer)) {
                    simpler = true;
                    at = Math.min(at, steps.size() - length + 1);
                }
            }
            return simpler;
        }

        /** Puts in the place of a step what jqwik holds to be simpler. */
        private boolean plainer(int at) {
            Shrinkable<Step> step = steps.get(at);
            return step.shrink().anyMatch(plainer -> {
                List<Shrinkable<Step>> changed = new ArrayList<>(steps);
                changed.set(at, plainer);
                return plainer.compareTo(step) < 0 && breaks(changed);
            });
        }

        private boolean breaks(List<Shrinkable<Step>> simpler) {
            for (int i = 0; i < broken.chances() && Instant.now().isBefore(end); i++) {
                Optional<Broken> still = play(simpler);
                if (still.isPresent() && still.get().isLike(broken)) {
                    steps = simpler;
                    broken = still.get();
                    return true;
                }
            }
            return false;
        }
    }

    private static AssertionError report(long seed, int length, Broken smallest) {
        return new AssertionError(
                smallest.why().getMessage() + "\nby a history of " + length + " steps, shrunk to "
                        + smallest.transcript().size() + "; again with -D" + SEED + "=" + seed + "\n"
                        + String.join("\n", smallest.transcript()),
                smallest.why());
    }
}
