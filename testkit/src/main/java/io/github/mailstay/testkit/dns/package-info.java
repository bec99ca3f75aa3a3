/** A DNS server that answers by script, for tests of what asks the DNS: every trouble of a name server on demand. */
@NullMarked
package io.github.mailstay.testkit.dns;

import org.jspecify.annotations.NullMarked;
