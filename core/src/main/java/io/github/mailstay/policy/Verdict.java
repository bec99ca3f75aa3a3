// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What Postfix shall do: one action of access(5). Immutable, and only such as Postfix cannot misread: an empty action,
 * one of digits only, a line break or an unknown word would each let mail pass or break it, so none can be made.
 */
public sealed interface Verdict {
    /** No opinion: Postfix goes on with its next restriction. The usual way to let mail pass. */
    Verdict DUNNO = new Dunno();

    /** The action as it stands behind {@code action=}, never empty, without line breaks. */
    String toAction();

    /** No opinion, see {@link #DUNNO}. */
    record Dunno() implements Verdict {
        @Override
        public String toAction() {
            return "DUNNO";
        }
    }

    /**
     * Accepts and ends the current list of restrictions, even those behind it; not what an allow list wants, which is
     * {@link Dunno}.
     */
    record Permit() implements Verdict {
        @Override
        public String toAction() {
            return "OK";
        }
    }

    /**
     * Defers at once with this code.
     *
     * @param code 400 to 499, but not 421, with which Postfix would end the whole session
     * @param reply a text of class 4
     */
    record Defer(int code, ReplyText reply) implements Verdict {
        /** Checks code and class. */
        public Defer {
            checkCode(code, 4, 421);
            checkClass(reply, true);
        }

        @Override
        public String toAction() {
            return code + " " + reply;
        }
    }

    /**
     * Defers if nothing behind it rejects; Postfix uses its {@code access_map_defer_code}, 450 unless set.
     *
     * @param reply a text of class 4
     */
    record DeferIfPermit(ReplyText reply) implements Verdict {
        /** Checks the class. */
        public DeferIfPermit {
            checkClass(reply, true);
        }

        @Override
        public String toAction() {
            return "DEFER_IF_PERMIT " + reply;
        }
    }

    /**
     * Turns a later rejection into a deferral.
     *
     * @param reply a text of class 4
     */
    record DeferIfReject(ReplyText reply) implements Verdict {
        /** Checks the class. */
        public DeferIfReject {
            checkClass(reply, true);
        }

        @Override
        public String toAction() {
            return "DEFER_IF_REJECT " + reply;
        }
    }

    /**
     * Rejects for good.
     *
     * @param code 500 to 599, but not 521, with which Postfix would end the whole session
     * @param reply a text of class 5
     */
    record Reject(int code, ReplyText reply) implements Verdict {
        /** Checks code and class. */
        public Reject {
            checkCode(code, 5, 521);
            checkClass(reply, false);
        }

        @Override
        public String toAction() {
            return code + " " + reply;
        }
    }

    /**
     * Accepts the whole message and throws it away silently.
     *
     * @param reason for Postfix's log
     */
    record Discard(String reason) implements Verdict {
        /** Checks the reason. */
        public Discard {
            checkText(reason);
        }

        @Override
        public String toAction() {
            return "DISCARD " + reason;
        }
    }

    /**
     * Accepts the message into Postfix's hold queue.
     *
     * @param reason for Postfix's log
     */
    record Hold(String reason) implements Verdict {
        /** Checks the reason. */
        public Hold {
            checkText(reason);
        }

        @Override
        public String toAction() {
            return "HOLD " + reason;
        }
    }

    /**
     * Sends the whole message to this address instead of all its recipients.
     *
     * @param address {@code user@domain}
     */
    record Redirect(String address) implements Verdict {
        /** Checks the address. */
        public Redirect {
            checkAddress(address);
        }

        @Override
        public String toAction() {
            return "REDIRECT " + address;
        }
    }

    /**
     * One of the rarer actions. PREPEND is none of them: headers travel in {@link Decision#headers}.
     *
     * @param verb {@code BCC}, {@code FILTER}, {@code INFO} or {@code WARN}
     * @param argument {@code user@domain}, {@code transport:destination}, or a text for Postfix's log
     */
    record Other(String verb, String argument) implements Verdict {
        private static final List<String> VERBS = List.of("BCC", "FILTER", "INFO", "WARN");
        private static final Pattern FILTER = Pattern.compile("[A-Za-z0-9_-]+:[!-~]*");

        /** Checks verb and argument. */
        public Other {
            verb = verb.toUpperCase(Locale.ROOT);
            if (!VERBS.contains(verb)) {
                throw new IllegalArgumentException("'" + ReplyText.printable(verb) + "' is none of " + VERBS);
            }
            checkText(argument);
            if (verb.equals("BCC")) {
                checkAddress(argument);
            }
            if (verb.equals("FILTER") && !FILTER.matcher(argument).matches()) {
                throw new IllegalArgumentException("FILTER takes transport:destination, not '" + argument + "'");
            }
        }

        @Override
        public String toAction() {
            return verb + " " + argument;
        }
    }

    private static void checkCode(int code, int kind, int hangUp) {
        if (code / 100 != kind || code == hangUp) {
            throw new IllegalArgumentException(
                    "code " + code + " is not within " + kind + "00 and " + kind + "99, or is " + hangUp);
        }
    }

    private static void checkClass(ReplyText reply, boolean temporary) {
        if (reply.isTemporary() != temporary) {
            throw new IllegalArgumentException("enhanced code " + reply.enhanced() + " is of the wrong class here");
        }
    }

    private static void checkText(String text) {
        if (text.isBlank()
                || text.length() > ReplyText.MAX_TEXT
                || !text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("a text of an action is printable ASCII of 1 to " + ReplyText.MAX_TEXT
                    + " characters: '" + ReplyText.printable(text) + "'");
        }
    }

    private static void checkAddress(String address) {
        if (!address.matches("[!-~]+@[!-~]+") || address.length() > ReplyText.MAX_TEXT) {
            throw new IllegalArgumentException("'" + ReplyText.printable(address) + "' is no address as user@domain");
        }
    }
}
