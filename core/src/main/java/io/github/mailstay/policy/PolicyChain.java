// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A policy: named checks asked one after the other until one settles the request. If none does, the verdict is
 * {@link Verdict#DUNNO}. Immutable and thread-safe.
 *
 * <p>A chain always answers, and by the deadline: a check that throws, fails or is late counts as its {@link FailMode}
 * says. Once the deadline is over the checks that are left are not asked; their fail modes answer.
 */
public final class PolicyChain implements Decider {
    private static final Logger log = LoggerFactory.getLogger(PolicyChain.class);

    private final List<Link> links;
    private final List<DecisionListener> listeners;

    private PolicyChain(Builder builder) {
        links = List.copyOf(builder.links);
        listeners = List.copyOf(builder.listeners);
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletionStage<Decision> decide(PolicyRequest request, Deadline deadline) {
        CompletableFuture<Decision> answer = new CompletableFuture<>();
        new Evaluation(links, request, deadline, decision -> {
                    tell(request, decision);
                    answer.complete(decision);
                })
                .run();
        return answer;
    }

    private void tell(PolicyRequest request, Decision decision) {
        for (DecisionListener listener : listeners) {
            try {
                listener.decided(request, decision);
            } catch (RuntimeException e) {
                log.warn("policy: a decision listener failed", e);
            }
        }
    }

    /** A check in its place: its name, and what answers for it when it cannot. */
    record Link(String name, PolicyCheck check, FailMode failMode) {}

    /** Collects checks and listeners. Not thread-safe. */
    public static final class Builder {
        private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

        private final List<Link> links = new ArrayList<>();
        private final Set<String> names = new LinkedHashSet<>();
        private final List<DecisionListener> listeners = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a check behind those already there.
         *
         * @param name for the trace: lower case letters, digits and dashes, unique in this chain
         * @param failMode what the check counts as when it throws, fails or is late
         * @throws IllegalArgumentException if the name is none, or taken
         */
        public Builder check(String name, PolicyCheck check, FailMode failMode) {
            if (!NAME.matcher(name).matches() || !names.add(name)) {
                throw new IllegalArgumentException("check name '" + name + "' is taken or not as " + NAME);
            }
            links.add(new Link(name, check, failMode));
            return this;
        }

        /** Adds a listener. */
        public Builder listener(DecisionListener listener) {
            listeners.add(listener);
            return this;
        }

        /** The chain. */
        public PolicyChain build() {
            return new PolicyChain(this);
        }
    }
}
