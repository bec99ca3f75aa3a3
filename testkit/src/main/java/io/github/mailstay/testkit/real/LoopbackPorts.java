// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/**
 * Free ports of 127.0.0.1 for servers that cannot pick one themselves. Stateless.
 *
 * <p>They are taken at random from {@value #LOWEST} to {@value #HIGHEST}, below the range from which Linux gives ports
 * to clients (32768 and up, {@code net.ipv4.ip_local_port_range}): no connection of another test takes one away before
 * the server has bound it. That another server does remains possible, and very unlikely.
 */
public final class LoopbackPorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 31_999;
    private static final int TRIES = 100;

    private LoopbackPorts() {}

    /** A port on which nobody listens by TCP. */
    public static int freeTcp() {
        return free(LoopbackPorts::isFreeTcp);
    }

    /** A port on which nobody listens by UDP. */
    public static int freeUdp() {
        return free(LoopbackPorts::isFreeUdp);
    }

    /** A port on which nobody listens by TCP or UDP, for a server that has one number for both. */
    public static int freeTcpAndUdp() {
        return free(port -> isFreeTcp(port) && isFreeUdp(port));
    }

    private static boolean isFreeTcp(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFreeUdp(int port) {
        try (var socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int free(IntPredicate isFree) {
        return ThreadLocalRandom.current()
                .ints(TRIES, LOWEST, HIGHEST + 1)
                .filter(isFree)
                .findFirst()
                .orElseThrow(() -> new RealServerException("no free port in " + TRIES + " tries"));
    }
}
