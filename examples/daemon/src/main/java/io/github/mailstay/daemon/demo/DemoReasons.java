// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.demo;

import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.TraceStep;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a decision's trace into a few plain words. Stateless. */
final class DemoReasons {
    private DemoReasons() {}

    static String of(DemoStep step, @Nullable Decision decision) {
        if (!step.user().isEmpty()) {
            return "users are not tested";
        }
        Map<String, String> found = new HashMap<>();
        if (decision != null) {
            for (TraceStep trace : decision.trace()) {
                for (String word : trace.found().split(" ", -1)) {
                    int equals = word.indexOf('=');
                    if (equals > 0) {
                        found.put(trace.check() + "." + word.substring(0, equals), word.substring(equals + 1));
                    }
                }
            }
        }
        String greylist = found.getOrDefault("greylist.result", "");
        return switch (greylist) {
            case "first" -> "listed: wait " + found.get("greylist.left");
            case "early" -> "too early: wait " + found.get("greylist.left");
            case "passed" -> "has waited " + found.get("greylist.waited");
            default ->
                found.getOrDefault("rbl.result", "").equals("unknown")
                        ? "no answer from " + found.get("rbl.unknown")
                        : "on no list";
        };
    }
}
