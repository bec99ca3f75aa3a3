/** Taking over what other greylists remember: readers of their dumps, and the import into a store. */
@NullMarked
package io.github.mailstay.greylist.load;

import org.jspecify.annotations.NullMarked;
