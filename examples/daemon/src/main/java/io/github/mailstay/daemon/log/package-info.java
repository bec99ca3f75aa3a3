/** The daemon's log: where it goes, and the line of each decision. */
@NullMarked
package io.github.mailstay.daemon.log;

import org.jspecify.annotations.NullMarked;
