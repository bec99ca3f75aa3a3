// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that holds one secret as its only line, and that nobody but its owner may read. Stateless. */
public final class SecretFile {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
    private static final int MAX_BYTES = 4096;

    private SecretFile() {}

    /**
     * The secret.
     *
     * @throws IllegalArgumentException with what is wrong with the file, and without the secret
     */
    public static String read(Path file) {
        try {
            if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new IllegalArgumentException(file + " can be read or written by others: chmod 600 it");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " is longer than " + MAX_BYTES + " bytes");
            }
            String secret = Files.readString(file).stripTrailing();
            if (secret.isEmpty() || secret.lines().count() != 1) {
                throw new IllegalArgumentException(file + " must hold one line, the secret");
            }
            return secret;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be read: " + e.getClass().getSimpleName());
        }
    }
}
