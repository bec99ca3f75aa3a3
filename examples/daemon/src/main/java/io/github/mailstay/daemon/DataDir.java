// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's directory, held by one process at a time: made 0700 if it is not there, with a lock file in it that the
 * kernel frees when the process ends, however it ends.
 */
final class DataDir implements AutoCloseable {
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDir(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes and locks the directory.
     *
     * @throws StartException with 75 if another process has it, 73 if it cannot be made or written
     */
    static DataDir open(Path path) throws StartException {
        try {
            Files.createDirectories(path, PRIVATE);
            FileChannel channel =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(path.resolve("lock"), PosixFilePermissions.fromString("rw-------"));
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new StartException(ExitCode.TEMPFAIL, "data-dir " + path + " is in use by another daemon");
            }
            return new DataDir(path, channel, lock);
        } catch (IOException e) {
            throw new StartException(ExitCode.CANTCREAT, "data-dir " + path + " cannot be used: " + e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /**
     * A private directory for the native code that sqlite-jdbc unpacks: in systemd's CacheDirectory if there is one, since
     * the data-dir may lie on a replicated disk; never in its RuntimeDirectory, since Debian mounts /run noexec. What a
     * killed daemon left in it is removed.
     */
    Path nativeDir(Map<String, String> environment) throws IOException {
        String given = environment.getOrDefault("CACHE_DIRECTORY", "");
        Path base = given.isEmpty() ? path : Path.of(given.split(":", 2)[0]);
        Path directory = base.resolve("native");
        Files.createDirectories(directory, PRIVATE);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, "sqlite-*")) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
        return directory;
    }

    /** Frees the directory. Idempotent. */
    @Override
    public void close() throws IOException {
        if (lock.isValid()) {
            lock.release();
        }
        channel.close();
    }
}
