/** Greylisting: pure rules, keyed hashes as keys, and the policy check that puts them to work. */
@NullMarked
package io.github.mailstay.greylist;

import org.jspecify.annotations.NullMarked;
