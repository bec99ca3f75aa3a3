/** Where a greylist remembers: the store SPI, a store in memory, and the housekeeping that sweeps any store. */
@NullMarked
package io.github.mailstay.greylist.store;

import org.jspecify.annotations.NullMarked;
