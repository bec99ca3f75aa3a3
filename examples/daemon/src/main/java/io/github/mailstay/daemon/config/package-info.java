/** The daemon's settings: read from HOCON and --set, checked, with a line for each mistake. */
@NullMarked
package io.github.mailstay.daemon.config;

import org.jspecify.annotations.NullMarked;
