// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.log;

import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.TraceStep;
import java.time.Duration;
import java.util.List;

/**
 * The line of one decision: {@code key=value} words, then each check's findings with the check's name in front. Values
 * that hold anything but plain characters are quoted, and control characters in them escaped: senders write these values.
 * Stateless.
 */
public final class DecisionLine {
    private static final List<String> ATTRIBUTES =
            List.of("client_address", "client_name", "helo_name", "sender", "recipient", "sasl_username", "instance");
    private static final List<String> NAMES =
            List.of("client", "name", "helo", "sender", "recipient", "user", "instance");
    private static final int MAX_VALUE = 320;

    private DecisionLine() {}

    /** The line. */
    public static String of(PolicyRequest request, Decision decision) {
        StringBuilder line = new StringBuilder(400).append("decision action=");
        value(line, decision.verdict().toAction());
        line.append(" state=");
        value(line, request.value("protocol_state"));
        for (int i = 0; i < ATTRIBUTES.size(); i++) {
            String text = request.value(ATTRIBUTES.get(i));
            if (!text.isEmpty() || NAMES.get(i).equals("sender")) {
                line.append(' ').append(NAMES.get(i)).append('=');
                value(line, text.isEmpty() ? "<>" : text);
            }
        }
        line.append(" ms=");
        millis(line, decision.took());
        for (TraceStep step : decision.trace()) {
            step(line, step);
        }
        return line.toString();
    }

    private static void step(StringBuilder line, TraceStep step) {
        if (step.result() == TraceStep.Result.CONTINUED && step.found().isEmpty()) {
            return;
        }
        if (step.result() == TraceStep.Result.FAILED || step.result() == TraceStep.Result.LATE) {
            line.append(' ').append(step.check()).append(".fail=").append(step.result());
        }
        String found = step.found();
        for (int from = 0; from < found.length(); ) {
            int to = found.indexOf(' ', from);
            to = to < 0 ? found.length() : to;
            if (to > from) {
                line.append(' ').append(step.check()).append('.').append(found, from, to);
            }
            from = to + 1;
        }
        line.append(' ').append(step.check()).append(".ms=");
        millis(line, step.took());
    }

    private static void millis(StringBuilder line, Duration took) {
        long micros = took.toNanos() / 1000;
        line.append(micros / 1000).append('.');
        long rest = micros % 1000;
        line.append((char) ('0' + rest / 100))
                .append((char) ('0' + rest / 10 % 10))
                .append((char) ('0' + rest % 10));
    }

    private static void value(StringBuilder line, String text) {
        if (isPlain(text)) {
            line.append(text);
            return;
        }
        line.append('"');
        int length = Math.min(text.length(), MAX_VALUE);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || isLineBreak(c)) {
                line.append("\\u")
                        .append(Character.forDigit(c >> 12 & 15, 16))
                        .append(Character.forDigit(c >> 8 & 15, 16))
                        .append(Character.forDigit(c >> 4 & 15, 16))
                        .append(Character.forDigit(c & 15, 16));
            } else {
                line.append(c);
            }
        }
        line.append(text.length() > MAX_VALUE ? "...\"" : "\"");
    }

    private static boolean isLineBreak(char c) {
        return c == '\u2028' || c == '\u2029';
    }

    private static boolean isPlain(String text) {
        if (text.isEmpty() || text.length() > MAX_VALUE) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '=') {
                return false;
            }
        }
        return true;
    }
}
