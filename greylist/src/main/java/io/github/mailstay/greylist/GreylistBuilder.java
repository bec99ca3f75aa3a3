// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.greylist.store.GreylistStore;
import io.github.mailstay.policy.ReplyText;
import io.github.mailstay.policy.Verdict;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Collects the settings of a {@link Greylist}. Not thread-safe. */
public final class GreylistBuilder {
    private static final Pattern HOST = Pattern.compile("[!-~]{1,255}");

    private final GreylistStore store;
    private final GreylistKeys keys;
    private InstantSource clock = InstantSource.system();
    private DelayTable delays = DelayTable.of(Duration.ofMinutes(5), Map.of());
    private Duration retryWindow = Duration.ofDays(2);
    private Duration lifetime = Duration.ofDays(35);
    private boolean suspiciousOnly = true;
    private int code = 451;
    private ReplyText reply = new ReplyText("4.7.1", "Greylisted, please try again later");
    private String host = "";
    private IdentitySource identity = IdentitySource.network();
    private final List<Exemption> exemptions = new ArrayList<>(List.of(Exemption.roles()));
    private final List<GreylistListener> listeners = new ArrayList<>();
    private int trustAfter = 5;
    private int demoteAt = 10;
    private int maxBegun;
    private Duration throttlePeriod = Duration.ofHours(1);
    private Duration ceiling = Duration.ofDays(1);
    private int ceilingTries = 20;
    private boolean nullSenderAtData;

    GreylistBuilder(GreylistStore store, GreylistKeys keys) {
        this.store = store;
        this.keys = keys;
    }

    /** Tells the time; the system's clock unless set. */
    public GreylistBuilder clock(InstantSource value) {
        clock = value;
        return this;
    }

    /** How long after its first try a triplet is deferred, whatever the score; 5 minutes unless set. */
    public GreylistBuilder delay(Duration value) {
        return delays(DelayTable.of(value, Map.of()));
    }

    /** How long after its first try a triplet is deferred, by the score of the suspicion. */
    public GreylistBuilder delays(DelayTable value) {
        delays = value;
        return this;
    }

    /** How long after its first try a retry still counts as one; 2 days unless set. */
    public GreylistBuilder retryWindow(Duration value) {
        retryWindow = value;
        return this;
    }

    /** How long a triplet that has passed is remembered after its last mail; 35 days unless set. */
    public GreylistBuilder lifetime(Duration value) {
        lifetime = value;
        return this;
    }

    /** Whether only clients under a suspicion are greylisted; true unless set. */
    public GreylistBuilder suspiciousOnly(boolean value) {
        suspiciousOnly = value;
        return this;
    }

    /** How clients are known; by the network of their address unless set. */
    public GreylistBuilder identity(IdentitySource value) {
        identity = value;
        return this;
    }

    /** Adds a reason not to greylist, behind {@link Exemption#roles}; the first that holds is logged. */
    public GreylistBuilder exempt(Exemption value) {
        exemptions.add(value);
        return this;
    }

    /** Adds a listener. */
    public GreylistBuilder listener(GreylistListener value) {
        listeners.add(value);
        return this;
    }

    /**
     * After how many passes, at most one an hour counted, a client passes at once, whatever it sends to whom; 5 unless
     * set, 0 for never. It is forgotten when it has been silent for a lifetime.
     *
     * @throws IllegalArgumentException if it is not within 0 and 1000
     */
    public GreylistBuilder trustAfter(int passes) {
        trustAfter = within("trustAfter", passes, 0, 1000);
        return this;
    }

    /**
     * From which score on a client loses what it has earned, and must wait again; 10 unless set.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public GreylistBuilder demoteAt(int score) {
        demoteAt = within("demoteAt", score, 1, Integer.MAX_VALUE);
        return this;
    }

    /**
     * How many triplets one client may begin within a period; no bound unless set, or if 0. One too many is deferred and
     * not remembered, so that its clock does not start; the ceiling holds for it too.
     *
     * @param period 1 second to 1 day
     * @throws IllegalArgumentException if the number is not within 0 and 1,000,000, or the period not within its limits
     */
    public GreylistBuilder throttle(int triplets, Duration period) {
        maxBegun = within("throttle", triplets, 0, 1_000_000);
        if (period.compareTo(Duration.ofSeconds(1)) < 0 || period.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("throttle period is " + period + ", not within 1 second and 1 day");
        }
        throttlePeriod = period;
        return this;
    }

    /**
     * When deferral ends for mail of one sender for one recipient, whatever its clients: after this time, or with this
     * many tries that lie at least the delay apart. 24 hours and 20 tries unless set; 0 tries switch it off.
     *
     * @throws IllegalArgumentException if tries is 1 or not within 0 and 10,000
     */
    public GreylistBuilder ceiling(Duration time, int tries) {
        ceilingTries = within("ceiling tries", tries, 0, 10_000);
        if (tries == 1) {
            throw new IllegalArgumentException("ceiling tries is 1: nothing would be deferred");
        }
        ceiling = time;
        return this;
    }

    /**
     * Whether the null sender is deferred at DATA and not at RCPT; false unless set. Callbacks, which ask whether a
     * recipient exists and never send anything, then get their answer. Needs this check in Postfix's
     * {@code smtpd_data_restrictions} too.
     */
    public GreylistBuilder nullSenderAtData(boolean value) {
        nullSenderAtData = value;
        return this;
    }

    /**
     * What the sender is told; {@code 451 4.7.1 Greylisted, please try again later} unless set. The text is public:
     * one that tells how long to wait helps the wrong senders most.
     *
     * @param code 400 to 499, neither 421 (closes the connection, RFC 5321 section 3.8) nor 452 (tells of full storage)
     * @param value a text of class 4
     * @throws IllegalArgumentException if the code is another
     */
    public GreylistBuilder reply(int code, ReplyText value) {
        if (code / 100 != 4 || code == 421 || code == 452) {
            throw new IllegalArgumentException("reply code is " + code + ", not within 400 and 499, or 421 or 452");
        }
        this.code = code;
        reply = value;
        return this;
    }

    /**
     * The name of this host for the header; left out unless set.
     *
     * @throws IllegalArgumentException if it is not 1 to 255 printable ASCII characters
     */
    public GreylistBuilder host(String value) {
        if (!HOST.matcher(value).matches()) {
            throw new IllegalArgumentException("host is not 1 to 255 printable ASCII characters");
        }
        host = value;
        return this;
    }

    /**
     * The check; what is set later on this builder does not change it.
     *
     * @throws IllegalArgumentException if a duration is not within 1 ms and ten years, the retry window is not longer than
     *     each delay, or the ceiling not longer than each delay and within ten years with the retry window
     */
    public Greylist build() {
        return new Greylist(
                store,
                keys,
                clock,
                new GreylistSettings(
                        delays,
                        retryWindow,
                        lifetime,
                        suspiciousOnly,
                        new Verdict.Defer(code, reply),
                        host,
                        identity,
                        exemptions,
                        listeners,
                        trustAfter,
                        demoteAt,
                        maxBegun,
                        throttlePeriod,
                        ceiling,
                        ceilingTries,
                        nullSenderAtData));
    }

    private static int within(String setting, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(setting + " is " + value + ", not within " + least + " and " + most);
        }
        return value;
    }
}
