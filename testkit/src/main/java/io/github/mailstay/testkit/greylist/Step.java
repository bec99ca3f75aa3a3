// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.greylist;

import java.time.Duration;
import java.util.List;

/** One step of a history. What it says of itself is a line of the report. Immutable. */
sealed interface Step {
    /** Takes this step, and tells what came of it. */
    String in(History history) throws Exception;

    /** Time passes, on all hosts. */
    record Wait(Duration time) implements Step {
        @Override
        public String in(History history) {
            return history.pass(time);
        }

        @Override
        public String toString() {
            return "wait " + time;
        }
    }

    /** A host's clock is put to this far from the time. */
    record Turn(int host, Duration offset) implements Step {
        @Override
        public String in(History history) {
            return history.turn(host, offset);
        }

        @Override
        public String toString() {
            return "host " + host + ": its clock is put to " + offset + " off";
        }
    }

    /** A host ends in good order and begins again. */
    record Restart(int host) implements Step {
        @Override
        public String in(History history) throws Exception {
            return history.restart(host);
        }

        @Override
        public String toString() {
            return "host " + host + ": restart";
        }
    }

    /** A host ends as by kill -9 and begins again. */
    record Kill(int host) implements Step {
        @Override
        public String in(History history) throws Exception {
            return history.kill(host);
        }

        @Override
        public String toString() {
            return "host " + host + ": kill -9";
        }
    }

    /** A host examines some rows for what has expired. */
    record Sweep(int host, int rows) implements Step {
        @Override
        public String in(History history) throws Exception {
            return history.sweep(host, rows);
        }

        @Override
        public String toString() {
            return "host " + host + ": sweep of " + rows + " rows";
        }
    }

    /** A mail comes to a host. */
    record Try(int host, Triplet triplet) implements Step {
        @Override
        public String in(History history) throws Exception {
            return history.tryOnce(host, triplet);
        }

        @Override
        public String toString() {
            return "host " + host + ": " + triplet;
        }
    }

    /** One mail comes to these hosts at once; to one of them several times, if it is named so often. */
    record Together(List<Integer> hosts, Triplet triplet) implements Step {
        @Override
        public String in(History history) throws Exception {
            return history.tryTogether(hosts, triplet);
        }

        @Override
        public String toString() {
            return "hosts " + hosts + " at once: " + triplet;
        }
    }
}
