// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

/** Exit codes of sysexits(3). */
public final class ExitCode {
    /** All went well. */
    public static final int OK = 0;
    /** The command line is wrong. */
    public static final int USAGE = 64;
    /** A file that was given is not what it should be. */
    public static final int DATAERR = 65;
    /** A file that was given cannot be read. */
    public static final int NOINPUT = 66;
    /** What was asked for is not there. */
    public static final int UNAVAILABLE = 69;
    /** A bug. */
    public static final int SOFTWARE = 70;
    /** A file or directory cannot be made. */
    public static final int CANTCREAT = 73;
    /** Another daemon has the data-dir; later it may work. */
    public static final int TEMPFAIL = 75;
    /** A setting is wrong. */
    public static final int CONFIG = 78;

    private ExitCode() {}
}
