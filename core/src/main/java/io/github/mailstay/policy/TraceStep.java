// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

import java.time.Duration;

/**
 * What became of one check of a chain.
 *
 * @param check its name in the chain
 * @param result how it ended
 * @param found what it found, or for a check that did not answer, why
 * @param took from the call to the answer
 */
public record TraceStep(String check, Result result, String found, Duration took) {
    /** How a check ended. */
    public enum Result {
        /** It let the chain go on. */
        CONTINUED,
        /** It settled the request. */
        SETTLED,
        /** It threw or failed; its fail mode answered. */
        FAILED,
        /** It gave no answer in time, or there was no time left to ask it; its fail mode answered. */
        LATE
    }
}
