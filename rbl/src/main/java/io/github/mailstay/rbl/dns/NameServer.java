// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.WireParseException;

/**
 * One resolver: sends it queries, and remembers whether it was silent lately. Used on the {@link Worker} only, and so
 * without locks.
 */
final class NameServer {
    /** How long a silent resolver is asked behind the others; then it is given another chance. */
    private static final long REST = Duration.ofSeconds(30).toNanos();

    private static final Duration BEFORE_RECONNECT = Duration.ofMillis(50);
    private static final Reply.Failed NETWORK = new Reply.Failed("network");

    private final InetSocketAddress address;
    private final Worker worker;
    private boolean silent;
    private long silentSince;

    NameServer(InetSocketAddress address, Worker worker) {
        this.address = address;
        this.worker = worker;
    }

    boolean isSilent() {
        return silent && System.nanoTime() - silentSince < REST;
    }

    /** It has let a query wait too long. Any reply makes up for that. */
    void markSilent() {
        silent = true;
        silentSince = System.nanoTime();
    }

    /**
     * Sends a query by UDP, and once more by TCP if the reply is truncated.
     *
     * @param timeout after which the socket is given back. dnsjava looks only once a second, so deadlines are the
     *     caller's business
     * @return completes on the worker, never exceptionally
     */
    CompletableFuture<Reply> ask(Message query, Duration timeout) {
        return send(query, timeout, false)
                .thenCompose(answer -> answer.equals(MessageReader.TRUNCATED)
                        ? askByTcp(query, timeout)
                        : CompletableFuture.completedFuture(answer));
    }

    /**
     * dnsjava keeps one connection to a server for all queries; if it ends under ours, we try a new one (RFC 7766
     * section 6.2.4). Not at once: dnsjava tells us before it forgets the old one.
     */
    private CompletableFuture<Reply> askByTcp(Message query, Duration timeout) {
        return send(query, timeout, true)
                .thenCompose(answer -> answer.equals(NETWORK)
                        ? pause().thenCompose(over -> send(query, timeout, true))
                        : CompletableFuture.completedFuture(answer))
                .thenApply(answer -> answer instanceof Reply.Failed ? MessageReader.TRUNCATED : answer);
    }

    private CompletableFuture<Void> pause() {
        CompletableFuture<Void> over = new CompletableFuture<>();
        var unused = worker.after(BEFORE_RECONNECT, () -> over.complete(null));
        return over;
    }

    private CompletableFuture<Reply> send(Message query, Duration timeout, boolean tcp) {
        SimpleResolver resolver = new SimpleResolver(address);
        // No EDNS: the answers are short, and there are name servers that say FORMERR to it (RFC 6891 section 7).
        resolver.setEDNS(-1, 0, 0, List.of());
        resolver.setIgnoreTruncation(true);
        resolver.setTCP(tcp);
        resolver.setTimeout(timeout);
        return resolver.sendAsync(query, worker)
                .handleAsync((reply, failure) -> read(query, tcp, reply, failure), worker)
                .toCompletableFuture();
    }

    private Reply read(Message query, boolean tcp, @Nullable Message reply, @Nullable Throwable failure) {
        if (reply != null) {
            silent = false;
            return MessageReader.read(query, reply);
        }
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof WireParseException) {
            return MessageReader.BAD_ANSWER;
        }
        // Refused by the host, unreachable, no free port, or dnsjava's own timeout. The message could hold the name.
        if (!tcp) {
            markSilent();
        }
        return NETWORK;
    }
}
