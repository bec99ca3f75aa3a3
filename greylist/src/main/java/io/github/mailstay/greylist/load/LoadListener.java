// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

/** What hears of an import, on the thread that runs it. Must be short. */
public interface LoadListener {
    /** After each thousand records, and at the end. */
    default void progress(LoadProgress progress) {}

    /** A record that was left out because it cannot be taken over. */
    default void skipped(Loaded.Skipped skipped) {}
}
