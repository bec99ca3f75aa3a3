// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

/**
 * One wrong setting, as one line for a person.
 *
 * @param where {@code FILE:LINE} or {@code --set:N}
 * @param key the setting
 * @param what what is wrong with it, and what is allowed
 */
public record Mistake(String where, String key, String what) {
    @Override
    public String toString() {
        return where + ": " + key + ": " + what;
    }
}
