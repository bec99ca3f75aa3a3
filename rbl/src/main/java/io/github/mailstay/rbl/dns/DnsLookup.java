// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import io.github.mailstay.policy.Deadline;
import java.util.concurrent.CompletionStage;

/**
 * Asks the DNS for A records: {@link DnsJavaLookup}, or what an embedder has already. Implementations are thread-safe
 * and never block the calling thread.
 */
@FunctionalInterface
public interface DnsLookup {
    /**
     * Asks for the A records of one name, and only those. A stage that fails counts as {@link DnsAnswer.Failed}, and so
     * does one that is not complete by the deadline: the caller waits no longer.
     *
     * @param absoluteName with the dot at its end, so that no search domain applies; it may hold a secret (the key of a
     *     list that is paid for) and must not be logged
     * @param deadline when the answer is due
     */
    CompletionStage<DnsAnswer> lookup(String absoluteName, Deadline deadline);
}
