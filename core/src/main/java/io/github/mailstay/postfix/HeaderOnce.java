// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.github.mailstay.policy.Decision;
import io.github.mailstay.policy.PolicyRequest;
import io.github.mailstay.policy.ProtocolState;
import io.github.mailstay.policy.Verdict;
import java.time.Duration;
import java.util.Set;

/**
 * The action that carries a decision over the policy socket: a verdict, or the first header of a message that passes,
 * once a message.
 *
 * <p>Postfix asks once a recipient and would prepend the header once a recipient too, so the messages that have theirs
 * are remembered by {@code instance}: {@value #MESSAGES} of them, for ten minutes; a message's recipients come within
 * seconds. Thread-safe through the cache.
 */
final class HeaderOnce {
    private static final int MESSAGES = 10_000;

    /** Elsewhere Postfix ignores PREPEND with a warning (access(5), SMTPD_ACCESS_README). */
    private static final Set<ProtocolState> PREPENDS =
            Set.of(ProtocolState.MAIL, ProtocolState.RCPT, ProtocolState.DATA);

    private final Cache<String, Boolean> sent = CacheBuilder.newBuilder()
            .maximumSize(MESSAGES)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    String action(PolicyRequest request, Decision decision) {
        if (decision.verdict() instanceof Verdict.Dunno
                && !decision.headers().isEmpty()
                && PREPENDS.contains(request.protocolState())
                && isFirst(request)) {
            return "PREPEND " + decision.headers().get(0);
        }
        return decision.verdict().toAction();
    }

    private boolean isFirst(PolicyRequest request) {
        // Without an instance (Exim) each request is taken for a message of its own.
        if (request.instance().isEmpty()) {
            return true;
        }
        String message = request.instance() + ' ' + request.value("client_address") + ' ' + request.value("sender");
        return sent.asMap().putIfAbsent(message, Boolean.TRUE) == null;
    }
}
