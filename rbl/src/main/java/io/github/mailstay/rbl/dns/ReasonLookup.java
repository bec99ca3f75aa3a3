// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import io.github.mailstay.policy.Deadline;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Asks the DNS why a name is listed: for its TXT records (RFC 5782 section 2.1). Implementations are thread-safe and
 * never block the calling thread.
 */
@FunctionalInterface
public interface ReasonLookup {
    /**
     * Asks for the reason that a list gives for one name. A stage that fails, or is not complete by the deadline, counts
     * as no reason.
     *
     * @param absoluteName as for {@link DnsLookup#lookup}: with the dot at its end, and not to be logged
     * @param deadline when the answer is due
     * @return one line of text, 400 octets of UTF-8 at most, without control characters; a stranger's words all the same.
     *     Empty if there is none, or on any trouble
     */
    CompletionStage<Optional<String>> reason(String absoluteName, Deadline deadline);
}
