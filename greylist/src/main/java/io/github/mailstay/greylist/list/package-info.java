/** Static allow lists, which read postgrey's files as they are. */
@NullMarked
package io.github.mailstay.greylist.list;

import org.jspecify.annotations.NullMarked;
