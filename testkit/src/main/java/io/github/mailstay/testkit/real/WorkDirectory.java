// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import org.jspecify.annotations.Nullable;

/**
 * A directory for one server's files, which other users may enter: daemons run as users of their own, and JUnit's
 * {@code @TempDir} shuts them out (mode 0700). It lies in the system's folder for temporary files under a name that
 * cannot be guessed, has mode 0755, and is deleted by {@link #close}, at the latest when the JVM ends. Thread-safe.
 *
 * <p>I/O trouble is an {@link UncheckedIOException}.
 */
public final class WorkDirectory implements AutoCloseable {
    private final Path path;
    private final Runnable leftover = this::close;

    private WorkDirectory(Path path) {
        this.path = path;
    }

    /**
     * A new one.
     *
     * @param name what it is for, a part of the directory's name
     */
    public static WorkDirectory create(String name) {
        try {
            Path path = Files.createTempDirectory("mailstay-" + name + "-").toRealPath();
            WorkDirectory work = new WorkDirectory(path);
            Leftovers.add(work.leftover);
            mode(path, "rwxr-xr-x");
            return work;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory; absolute. */
    public Path path() {
        return path;
    }

    /** A path in it, such as {@code queue/active}; nothing is made. */
    public Path path(String relative) {
        Path inside = path.resolve(relative).normalize();
        if (!inside.startsWith(path)) {
            throw new IllegalArgumentException("'" + relative + "' leads out of the work directory");
        }
        return inside;
    }

    /**
     * Makes a directory in it, and those above it.
     *
     * @param permissions as {@code ls} shows them: {@code rwxr-xr-x}
     */
    public Path directory(String relative, String permissions) {
        Path directory = path(relative);
        try {
            Files.createDirectories(directory);
            mode(directory, permissions);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #directory(String, String)}, owned by a user and a group. Only root can give a directory away. */
    public Path directory(String relative, String permissions, String user, String group) {
        Path directory = directory(relative, permissions);
        UserPrincipalLookupService names = directory.getFileSystem().getUserPrincipalLookupService();
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class);
            view.setOwner(names.lookupPrincipalByName(user));
            view.setGroup(names.lookupPrincipalByGroupName(group));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file in it that everybody may read, as UTF-8, in place of one that was there. */
    public Path write(String relative, String text) {
        Path file = path(relative);
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
            mode(file, "rw-r--r--");
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes it and all it holds, following no links. Idempotent. */
    @Override
    public void close() {
        try {
            Files.walkFileTree(path, new Deleter());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Leftovers.remove(leftover);
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private static void mode(Path path, String permissions) throws IOException {
        // Explicitly, since the umask takes away from what creation asks for.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static final class Deleter extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException trouble) throws IOException {
            if (trouble instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw trouble;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException trouble) throws IOException {
            if (trouble != null) {
                throw trouble;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
