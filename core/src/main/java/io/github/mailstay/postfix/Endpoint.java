// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.postfix;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a server listens, in Postfix's notation: {@code inet:HOST:PORT} or {@code unix:/PATH}. Immutable. */
public sealed interface Endpoint {
    /**
     * Reads {@code inet:HOST:PORT} (an IPv6 host in brackets; port 0 lets the system choose) or {@code unix:/PATH}.
     *
     * @throws IllegalArgumentException with a message that says what is allowed
     */
    static Endpoint parse(String text) {
        if (text.startsWith("inet:")) {
            return Inet.parse(text);
        }
        if (text.startsWith("unix:")) {
            try {
                return new Unix(Path.of(text.substring("unix:".length())));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("'" + text + "' holds no valid path", e);
            }
        }
        throw new IllegalArgumentException("'" + text + "' is neither inet:HOST:PORT nor unix:/PATH");
    }

    /**
     * The address to bind or to connect to; resolves the host name.
     *
     * @throws UnknownHostException if the host has no address
     */
    SocketAddress address() throws UnknownHostException;

    /**
     * A TCP port.
     *
     * @param host name or address
     * @param port 0 to 65535
     */
    record Inet(String host, int port) implements Endpoint {
        /** Checks both. */
        public Inet {
            if (host.isBlank() || port < 0 || port > 65535) {
                throw new IllegalArgumentException("an inet endpoint has a host and a port from 0 to 65535");
            }
        }

        private static Inet parse(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon > "inet:".length() ? text.substring("inet:".length(), colon) : "";
            String port = text.substring(colon + 1);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            if (host.isBlank() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
                throw new IllegalArgumentException("'" + text + "' is not inet:HOST:PORT with a port from 0 to 65535");
            }
            return new Inet(host, Integer.parseInt(port));
        }

        @Override
        public InetSocketAddress address() throws UnknownHostException {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        }

        /** As {@link Endpoint#parse} reads it. */
        @Override
        public String toString() {
            return "inet:" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * A unix domain socket.
     *
     * @param path absolute, at most {@value #MAX_PATH} bytes
     */
    record Unix(Path path) implements Endpoint {
        /** The kernel takes 107 bytes (unix(7)); binding privately first needs some of them. */
        public static final int MAX_PATH = 96;

        /** Checks the path. */
        public Unix {
            if (!path.isAbsolute() || path.getParent() == null) {
                throw new IllegalArgumentException("the path of a unix socket is absolute, not '" + path + "'");
            }
            if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
                throw new IllegalArgumentException("'" + path + "' is longer than " + MAX_PATH + " bytes");
            }
        }

        @Override
        public UnixDomainSocketAddress address() {
            return UnixDomainSocketAddress.of(path);
        }

        /** As {@link Endpoint#parse} reads it. */
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }
}
