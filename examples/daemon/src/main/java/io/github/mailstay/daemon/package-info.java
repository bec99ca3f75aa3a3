/** mailstayd, the reference daemon: its command line and its life from start to stop. */
@NullMarked
package io.github.mailstay.daemon;

import org.jspecify.annotations.NullMarked;
