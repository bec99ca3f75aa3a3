// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

/** Why a command cannot do its work: a message for a person, and the exit code. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    /** With one of {@link ExitCode}. */
    public StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the process exits with. */
    public int exitCode() {
        return exitCode;
    }
}
