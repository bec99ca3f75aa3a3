// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

/**
 * Addresses with which a list says that it refuses to serve. Immutable.
 *
 * @param filter the addresses, see {@link ReplyFilter#parseErrors}
 * @param meaning for people; may be empty
 */
public record ListError(ReplyFilter filter, String meaning) {}
