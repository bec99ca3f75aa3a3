// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import java.util.List;
import java.util.stream.Collectors;

/** Settings that cannot be used: all their mistakes, not only the first. */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Mistake> mistakes;

    /** At least one mistake. */
    public SettingsException(List<Mistake> mistakes) {
        super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
        this.mistakes = List.copyOf(mistakes);
    }

    /** The mistakes, in the order of the settings. */
    public List<Mistake> mistakes() {
        return mistakes;
    }
}
