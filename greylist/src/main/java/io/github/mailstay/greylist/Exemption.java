// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import io.github.mailstay.policy.PolicyRequest;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A reason not to greylist a request. Thread-safe; does not block.
 *
 * <p>The word that it gives is for the log: {@code result=exempt by=WORD}.
 */
@FunctionalInterface
public interface Exemption {
    /** The shape of a word. */
    Pattern WORD = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** The word, if the request is exempt. */
    Optional<String> of(PolicyRequest request);

    /**
     * An exemption of all requests of which something holds.
     *
     * @throws IllegalArgumentException if the word is not 1 to 32 lower case letters, digits and dashes
     */
    static Exemption when(String word, Predicate<PolicyRequest> holds) {
        if (!WORD.matcher(word).matches()) {
            throw new IllegalArgumentException("the word of an exemption is not as " + WORD);
        }
        Optional<String> reason = Optional.of(word);
        return request -> holds.test(request) ? reason : Optional.empty();
    }
}
