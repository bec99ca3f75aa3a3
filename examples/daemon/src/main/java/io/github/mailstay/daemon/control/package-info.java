/** The control socket, and the commands that work through it beside a running daemon. */
@NullMarked
package io.github.mailstay.daemon.control;

import org.jspecify.annotations.NullMarked;
