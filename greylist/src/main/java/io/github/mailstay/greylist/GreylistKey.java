// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

/**
 * What a store knows a triplet by: keyed hashes that tell nothing to those who lack the secret. Immutable.
 *
 * @param client of the client's identity alone: what belongs to one client can be found, counted and kept together
 * @param tuple of client, sender and recipient: this alone identifies the entry. Its high half is that of the counter of
 *     deferrals of sender and recipient, so that stores in the order of keys keep together what one mail changes
 */
public record GreylistKey(Hash128 client, Hash128 tuple) {}
