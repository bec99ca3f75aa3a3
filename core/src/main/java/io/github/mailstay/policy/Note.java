// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.policy;

/**
 * What one check leaves for those behind it, found by its type through {@link CheckContext#note}. Implementations are
 * immutable values. {@link Suspicion} is the one that block lists leave for greylisting.
 */
public interface Note {}
