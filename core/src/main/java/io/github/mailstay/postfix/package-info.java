/** The doors to Postfix: the policy delegation protocol, as a pure codec, as a server and as a client. */
@NullMarked
package io.github.mailstay.postfix;

import org.jspecify.annotations.NullMarked;
