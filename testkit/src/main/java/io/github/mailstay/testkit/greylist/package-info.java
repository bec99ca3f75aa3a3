/** What every greylist store must do, as tests to be inherited. */
@NullMarked
package io.github.mailstay.testkit.greylist;

import org.jspecify.annotations.NullMarked;
