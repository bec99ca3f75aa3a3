// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The users of this machine, as {@code /etc/passwd} tells of them. Stateless. */
final class Users {
    private Users() {}

    /** Whether this JVM may do what only root may. */
    static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** The words before a command that make it run as {@code user}; none if that is nobody else, or we are not root. */
    static List<String> become(Optional<String> user) {
        if (user.isEmpty() || !isRoot()) {
            return List.of();
        }
        // setpriv becomes the command: the process id stays, which runuser and su do not promise.
        return List.of("setpriv", "--reuid=" + user.get(), "--regid=" + groupOf(user.get()), "--init-groups", "--");
    }

    private static String groupOf(String user) {
        try {
            // passwd(5): name:password:UID:GID:comment:home:shell
            for (String line : Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > 3 && fields[0].equals(user)) {
                    return fields[3];
                }
            }
        } catch (IOException e) {
            throw new RealServerException("/etc/passwd cannot be read: " + e.getMessage(), e);
        }
        throw new RealServerException("there is no user " + user + " on this machine");
    }
}
