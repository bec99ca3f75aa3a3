// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.sqlite;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.greylist.store.StoreException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The database file as such, locked for this process. */
final class DatabaseFile implements AutoCloseable {
    /** Mode 0600, whatever the umask. */
    static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final FileChannel lock;

    private DatabaseFile(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Locks the file for this process, having made an empty one with mode 0600 if there is none. */
    static DatabaseFile lock(Path path) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    path.resolveSibling(path.getFileName() + ".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PRIVATE);
            FileLock held = channel.tryLock();
            if (held == null) {
                throw new StoreException(Reason.IN_USE, path + " is in use by another process");
            }
            create(path);
            return new DatabaseFile(path, channel);
        } catch (OverlappingFileLockException e) {
            throw closing(channel, new StoreException(Reason.IN_USE, path + " is open in this process already"));
        } catch (NoSuchFileException e) {
            throw closing(channel, new StoreException(Reason.FAILED, path + " lies in a directory that is not there"));
        } catch (IOException e) {
            throw closing(channel, new StoreException(Reason.FAILED, "cannot open " + path + ": " + e, e));
        } catch (StoreException e) {
            throw closing(channel, e);
        }
    }

    /**
     * Opens the database in it.
     *
     * @param setAside whether a damaged one gives way to an empty one
     */
    Connections open(String keyFingerprint, Corruption corruption, boolean setAside) {
        try {
            Optional<StoreException> known = corruption.known();
            if (known.isPresent()) {
                throw known.get();
            }
            return Connections.open(path, keyFingerprint);
        } catch (StoreException e) {
            if (!setAside || e.reason() != Reason.CORRUPT) {
                throw e;
            }
            corruption.setAside(e);
        }
        try {
            create(path);
        } catch (IOException e) {
            throw new StoreException(Reason.FAILED, "cannot open " + path + ": " + e, e);
        }
        return Connections.open(path, keyFingerprint);
    }

    private static void create(Path path) throws IOException {
        try {
            Files.createFile(path, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            // With whatever mode its owner gave it; SQLite makes -wal and -shm alike.
        }
    }

    private static StoreException closing(@Nullable FileChannel channel, StoreException trouble) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                trouble.addSuppressed(e);
            }
        }
        return trouble;
    }

    /** Gives the lock back. The lock's file stays: to remove it would let two processes lock two files of one name. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StoreException(Reason.FAILED, "cannot unlock " + path + ": " + e, e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
