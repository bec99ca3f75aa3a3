/** A greylist store in one SQLite file: durable, embedded, for one process at a time. */
@NullMarked
package io.github.mailstay.greylist.sqlite;

import org.jspecify.annotations.NullMarked;
