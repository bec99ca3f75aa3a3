// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.io.IOException;
import java.nio.file.Path;

/** A key file that must not be used as it is: others can read it, or it holds no key. Never quotes what it holds. */
public final class KeyFileException extends IOException {
    private static final long serialVersionUID = 1;

    KeyFileException(Path file, String trouble) {
        super(file + ": " + trouble);
    }
}
