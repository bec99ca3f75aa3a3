// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that holds one secret as its only line, and that nobody but its owner may read. Stateless. */
final class SecretFile {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
    private static final int MAX_BYTES = 4096;

    private SecretFile() {}

    /** The secret; what is wrong with the file is said with the setting's name, and without the secret. */
    static String read(String setting, Path file) throws StartException {
        try {
            if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new StartException(
                        ExitCode.CONFIG, setting + ": " + file + " can be read or written by others: chmod 600 it");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new StartException(
                        ExitCode.CONFIG, setting + ": " + file + " is longer than " + MAX_BYTES + " bytes");
            }
            String secret = Files.readString(file).stripTrailing();
            if (secret.isEmpty() || secret.lines().count() != 1) {
                throw new StartException(ExitCode.CONFIG, setting + ": " + file + " must hold one line, the secret");
            }
            return secret;
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.CONFIG,
                    setting + ": " + file + " cannot be read: " + e.getClass().getSimpleName());
        }
    }
}
