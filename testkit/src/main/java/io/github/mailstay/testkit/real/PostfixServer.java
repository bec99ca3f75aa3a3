// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A private Postfix with one SMTP server on a free port of 127.0.0.1, without the machine's own configuration and queue.
 * Thread-safe.
 *
 * <p>It accepts mail for {@code *@rig.test} from any client and hands it to smtp-sink, which writes it down; it lets
 * clients on loopback claim any address ({@link SmtpClient#xclient}), and asks no DNS. It needs root, as Postfix's master
 * does, and the Debian packages postfix and util-linux.
 *
 * <p>Concurrency: {@code master} changes under this object's lock only ({@link #restart}, {@link #close}); all else is
 * immutable or thread-safe itself.
 */
public final class PostfixServer implements AutoCloseable {
    /** The domain for which it accepts mail. */
    public static final String DOMAIN = "rig.test";

    static final String DAEMONS = "/usr/lib/postfix/sbin";
    static final String MASTER = DAEMONS + "/master";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration GREETING_LIMIT = Duration.ofSeconds(5);
    private static final String OWNER = "postfix";
    private static final String DROP_GROUP = "postdrop";

    private final WorkDirectory work = WorkDirectory.create("postfix");
    private final int port = LoopbackPorts.freeTcp();
    private final MailSink sink;
    private volatile PrivateProcess master;

    private PostfixServer(Builder builder) {
        try {
            sink = new MailSink(work, START_LIMIT);
        } catch (RuntimeException e) {
            work.close();
            throw e;
        }
        try {
            layOut();
            work.write(
                    "config/main.cf",
                    PostfixConfig.mainCf(work.toString(), sink.port(), builder.policies, builder.settings));
            work.write("config/master.cf", PostfixConfig.masterCf(port));
            checkSettings();
            master = startMaster();
        } catch (RuntimeException e) {
            sink.close();
            work.close();
            throw e;
        }
    }

    /** With the default settings and no policy server. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port of its SMTP server on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** What it has logged so far; of more than 4 MiB the end. The last lines may be under way still. */
    public String mailLog() {
        return LogFile.text(work.path("maillog"));
    }

    /**
     * Waits for a line of its log.
     *
     * @return the first line that fits
     * @throws RealServerException with the end of the log, if there is none within {@code limit}
     */
    public String awaitLog(Predicate<String> line, Duration limit) {
        return Waiting.forSome(
                        Waiting.within(limit),
                        () -> mailLog().lines().filter(line).findFirst())
                .orElseThrow(() ->
                        new RealServerException("no such line in the mail log within " + limit + master.logTail()));
    }

    /** The messages it has handed on so far, the oldest first. */
    public List<DeliveredMessage> delivered() {
        return sink.messages();
    }

    /**
     * Waits for a message.
     *
     * @return the oldest delivered message that fits
     * @throws RealServerException with the end of the log, if there is none within {@code limit}
     */
    public DeliveredMessage awaitDelivered(Predicate<DeliveredMessage> message, Duration limit) {
        return Waiting.forSome(
                        Waiting.within(limit),
                        () -> delivered().stream().filter(message).findFirst())
                .orElseThrow(() -> new RealServerException("no such message within " + limit + " among "
                        + delivered().size() + master.logTail()));
    }

    /** Its master process: to freeze, or to kill. */
    public PrivateProcess process() {
        return master;
    }

    /** Its work directory, with {@code queue}, {@code config} and {@code maillog}. */
    public Path directory() {
        return work.path();
    }

    /** Ends it and starts it anew on the same port, with the same settings and queue. What was delivered stays. */
    public synchronized void restart() {
        master.stop();
        master = startMaster();
    }

    /** Ends all its processes and deletes its files. Idempotent. */
    @Override
    public synchronized void close() {
        try {
            master.close();
        } finally {
            try {
                sink.close();
            } finally {
                work.close();
            }
        }
    }

    /** {@code Postfix on 127.0.0.1:PORT}. */
    @Override
    public String toString() {
        return "Postfix on 127.0.0.1:" + port;
    }

    private void layOut() {
        work.directory("config", "rwxr-xr-x");
        work.directory("data", "rwx------", OWNER, "postfix");
        // What "postfix set-permissions" makes of a queue, and the modes that Postfix insists on.
        work.directory("queue/pid", "rwxr-xr-x");
        for (String name : List.of("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold")) {
            work.directory("queue/" + name, "rwx------", OWNER, "root");
        }
        for (String name : List.of("incoming", "private", "saved", "trace")) {
            work.directory("queue/" + name, "rwx------", OWNER, "root");
        }
        work.directory("queue/maildrop", "rwx-wx---", OWNER, DROP_GROUP);
        work.directory("queue/public", "rwx--x---", OWNER, DROP_GROUP);
    }

    /** Lets another command read main.cf: of a mistake in it master tells the system's log only, not us. */
    private void checkSettings() {
        List<String> anyQuery = List.of("postmap", "-c", work.path("config").toString(), "-q", "any", "static:any");
        try (PrivateProcess check =
                PrivateProcess.builder(work, "settings", anyQuery).start()) {
            check.awaitEnd(START_LIMIT);
            if (!check.exitStatus().equals(Optional.of(0))) {
                throw new RealServerException("Postfix does not take these settings:" + check.logTail());
            }
        }
    }

    private PrivateProcess startMaster() {
        // master itself, in the foreground (-s), not "postfix start": that checks the installation first, for seconds
        // on a busy machine, and leaves the daemon to itself.
        PrivateProcess started = PrivateProcess.builder(work, "master", List.of(MASTER, "-s"))
                .environment("MAIL_CONFIG", work.path("config").toString())
                .alsoShow(work.path("maillog"))
                .start();
        try {
            started.awaitReady(this::greets, START_LIMIT);
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private boolean greets() {
        try (SmtpClient client = SmtpClient.connect(port, GREETING_LIMIT)) {
            return client.greeting().isPositive();
        } catch (IOException e) {
            return false;
        }
    }

    /** The settings of a Postfix. Not thread-safe. */
    public static final class Builder {
        private final Map<String, List<String>> policies = new LinkedHashMap<>();
        private final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Asks a policy server; may be called again for the same state, they are asked in order.
         *
         * @param state the list of restrictions, {@code smtpd_STATE_restrictions}: {@code client}, {@code helo},
         *     {@code sender}, {@code relay}, {@code recipient}, {@code data} or {@code end_of_data}
         * @param endpoint as {@code check_policy_service} takes it: {@code inet:127.0.0.1:10031},
         *     {@code unix:/absolute/path} (its user is postfix, who must get there), or with settings
         *     <code>{ inet:127.0.0.1:10031, timeout=5s, default_action=DUNNO }</code>
         * @throws IllegalArgumentException if there is no such state, or the endpoint is empty or has more than one line
         */
        public Builder policy(String state, String endpoint) {
            if (!PostfixConfig.STATES.contains(state)) {
                throw new IllegalArgumentException(
                        "policy: state must be one of " + PostfixConfig.STATES + ", not '" + state + "'");
            }
            policies.computeIfAbsent(state, it -> new ArrayList<>()).add(oneLine("policy", endpoint));
            return this;
        }

        /**
         * A setting of main.cf, in place of the one this class has for it ({@code smtpd_recipient_restrictions} thus
         * takes the place of every {@code policy("recipient", ...)}).
         *
         * @throws IllegalArgumentException if the name is none, or the value has more than one line
         */
        public Builder setting(String name, String value) {
            if (!name.matches("[A-Za-z0-9_]{1,100}")) {
                throw new IllegalArgumentException("setting: '" + name + "' is no name of main.cf");
            }
            settings.put(name, value.isEmpty() ? "" : oneLine(name, value));
            return this;
        }

        /**
         * Starts it; it answers when this returns.
         *
         * @throws RealServerException if something is missing on this machine, or with the end of its log, if it does
         *     not answer within 60 seconds
         */
        public PostfixServer start() {
            RealComponent.named("postfix").require();
            return new PostfixServer(this);
        }

        private static String oneLine(String name, String value) {
            if (value.isBlank() || value.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
                throw new IllegalArgumentException(name + ": a value must be one line and not blank");
            }
            return value;
        }
    }
}
