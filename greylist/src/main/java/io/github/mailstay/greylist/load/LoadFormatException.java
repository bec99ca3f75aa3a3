// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.load;

import java.io.IOException;

/** A file that is not of the format it was said to be; the message says {@code FILE:LINE: why}. */
public final class LoadFormatException extends IOException {
    private static final long serialVersionUID = 1;

    /** With the line at which it was seen. */
    public LoadFormatException(String file, long line, String why) {
        super(file + ":" + line + ": " + why);
    }
}
