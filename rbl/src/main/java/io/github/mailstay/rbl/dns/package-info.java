/** Questions to the DNS: for addresses and reasons, by name, with a deadline; what was answered, and that nobody can tell. */
@NullMarked
package io.github.mailstay.rbl.dns;

import org.jspecify.annotations.NullMarked;
