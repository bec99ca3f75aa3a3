// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The file in which the secret of a greylist lives: 64 hexadecimal digits and a line end, readable by its owner only.
 * Hosts that share a store share a copy. Stateless. For file systems with POSIX permissions and hard links.
 */
public final class KeyFile {
    private static final Pattern KEY = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int MAX_BYTES = 66;
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
    private static final SecureRandom RANDOM = new SecureRandom();

    private KeyFile() {}

    /**
     * Reads the key, having made the file with a random one first if there is none. Of any number of processes that do
     * so at once, one makes it and all get the same key; nobody ever sees half a file, not even after a crash.
     *
     * @throws KeyFileException if the file is there and unfit, see {@link #read}
     * @throws IOException if it cannot be made or read; its directory must be there
     */
    public static KeyHasher readOrCreate(Path file) throws IOException {
        try {
            return read(file);
        } catch (NoSuchFileException missing) {
            create(file);
            return read(file);
        }
    }

    /**
     * Reads the key.
     *
     * @throws KeyFileException if group or others have any right to the file, or it holds anything but a key
     * @throws NoSuchFileException if it is not there
     * @throws IOException if it cannot be read
     */
    public static KeyHasher read(Path file) throws IOException {
        Set<PosixFilePermission> rights = EnumSet.noneOf(PosixFilePermission.class);
        rights.addAll(Files.getPosixFilePermissions(file));
        rights.removeAll(OWNER);
        if (!rights.isEmpty()) {
            throw new KeyFileException(
                    file, "must be open to its owner only (chmod 600), but others have rights to it");
        }
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_BYTES + 1);
        }
        String text = new String(content, StandardCharsets.ISO_8859_1);
        String digits = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        if (!KEY.matcher(digits).matches()) {
            throw new KeyFileException(file, "holds no key, which is 64 hexadecimal digits on one line");
        }
        return KeyHasher.of(HexFormat.of().parseHex(digits));
    }

    private static void create(Path file) throws IOException {
        byte[] key = new byte[KeyHasher.KEY_BYTES];
        RANDOM.nextBytes(key);
        Path whole = file.toAbsolutePath();
        Path directory = whole.getParent();
        if (directory == null) {
            throw new KeyFileException(file, "is no place for a file");
        }
        Path draft = directory.resolve("." + whole.getFileName() + "." + Long.toHexString(RANDOM.nextLong()));
        try {
            write(draft, HexFormat.of().formatHex(key) + "\n");
            // A link, not a move: a move would replace the file of a process that was faster.
            Files.createLink(whole, draft);
        } catch (FileAlreadyExistsException faster) {
            // Then that one counts.
        } finally {
            Files.deleteIfExists(draft);
        }
        // A store outlives the key's directory entry otherwise, should the power fail now.
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void write(Path draft, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(
                draft,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }
}
