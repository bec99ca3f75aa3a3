/**
 * DNS block and allow lists (RFC 5782): a witness that knows when it cannot tell. {@link io.github.mailstay.rbl.RblCheck}
 * is the check for a policy chain, {@link io.github.mailstay.rbl.dns.DnsJavaLookup} what asks the DNS for it.
 */
@NullMarked
package io.github.mailstay.rbl;

import org.jspecify.annotations.NullMarked;
