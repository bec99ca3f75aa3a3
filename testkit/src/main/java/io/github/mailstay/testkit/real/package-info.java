// SPDX-License-Identifier: Apache-2.0
/**
 * Real servers for tests: each private, on loopback, with all its files in a directory that goes away again.
 *
 * <p>{@link io.github.mailstay.testkit.real.Real @Real} says what a test needs of the machine,
 * {@link io.github.mailstay.testkit.real.RealServers} hands out the servers. Linux only; made for Debian 12's Postfix
 * 3.7, rbldnsd, unbound 1.17, Redis 7.0 and PostgreSQL 15.
 */
@NullMarked
package io.github.mailstay.testkit.real;

import org.jspecify.annotations.NullMarked;
