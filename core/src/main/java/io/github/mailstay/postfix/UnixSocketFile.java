// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.SecureRandom;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening unix socket, from its binding to its removal.
 *
 * <p>It is bound in a private directory beside its place, given its mode and group there, and then renamed into place:
 * at no moment can anybody connect who may not, and an old socket is replaced without a gap. An old socket is replaced
 * only after a connect to it was refused; anything else in its place is left alone. Use it from one thread.
 */
public final class UnixSocketFile implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final ServerSocketChannel channel;
    private final @Nullable Object identity;

    private UnixSocketFile(Path path, ServerSocketChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.identity = identity(path);
    }

    /**
     * Binds and renames.
     *
     * @param path absolute, see {@link Endpoint.Unix}
     * @param mode of the socket
     * @param group or null to keep the process's own
     * @param backlog connections that may wait to be accepted
     * @throws BindException if the place is in use or holds something else
     */
    public static UnixSocketFile bind(Path path, Set<PosixFilePermission> mode, @Nullable String group, int backlog)
            throws IOException {
        checkPlace(path);
        Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new BindException("the directory of unix socket " + path + " does not exist");
        }
        Path privately = parent.resolve(".m" + Integer.toHexString(RANDOM.nextInt(0x1000000)));
        Files.createDirectory(
                privately, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Path bound = privately.resolve("s");
        try {
            channel.bind(UnixDomainSocketAddress.of(bound), backlog);
            if (group != null) {
                setGroup(bound, group);
            }
            Files.setPosixFilePermissions(bound, mode);
            Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
            return new UnixSocketFile(path, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(bound);
            throw e;
        } finally {
            Files.deleteIfExists(privately);
        }
    }

    /** The listening channel; blocking unless configured otherwise. */
    public ServerSocketChannel channel() {
        return channel;
    }

    /** Stops listening and removes the file, unless another socket has taken its place. */
    @Override
    public void close() throws IOException {
        // The file first: a connect then fails at once instead of waiting in a queue nobody reads.
        if (identity != null && identity.equals(identity(path))) {
            Files.deleteIfExists(path);
        }
        channel.close();
    }

    private static void checkPlace(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isOther()) {
            throw new BindException(path + " exists and is no socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // A full backlog would block a blocking connect.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException refused) {
            return; // stale: the rename replaces it
        } catch (IOException e) {
            throw inUse(path, e);
        }
        throw inUse(path, null);
    }

    private static BindException inUse(Path path, @Nullable Exception cause) {
        BindException e = new BindException("unix socket " + path + " is in use by another server");
        if (cause != null) {
            e.initCause(cause);
        }
        return e;
    }

    private static void setGroup(Path path, String group) throws IOException {
        GroupPrincipal principal;
        try {
            principal = path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("socketGroup: there is no group " + group, e);
        }
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setGroup(principal);
    }

    private static @Nullable Object identity(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }
}
