// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

/** What a check that cannot tell counts as. Declared by whoever composes the chain, never guessed. */
public enum FailMode {
    /** As if it had found nothing: the chain goes on. */
    PASS,
    /** The request is deferred with 451 4.3.0; the sender tries again. */
    DEFER;

    static final Verdict DEFERRAL =
            new Verdict.Defer(451, new ReplyText("4.3.0", "Temporary trouble, please try again later"));
}
