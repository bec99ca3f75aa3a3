// SPDX-License-Identifier: Apache-2.0
/** A greylist store on Redis: shared by any number of hosts, alone, behind a sentinel or as a cluster. */
@NullMarked
package io.github.mailstay.greylist.redis;

import org.jspecify.annotations.NullMarked;
