// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import java.net.InetAddress;

/**
 * Hears what the lists know of each client that was asked for: metrics and logs are listeners. Called on the thread that
 * had the last answer, which may be the one that reads the DNS: implementations never block and are thread-safe. What
 * they throw is logged and changes no decision.
 */
public interface RblListener {
    /** All lists have answered, or their time is over. */
    default void reported(InetAddress client, RblReport report) {}
}
