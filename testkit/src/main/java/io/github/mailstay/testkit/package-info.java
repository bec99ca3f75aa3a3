/** For tests of Mailstay and of parts built on it. */
@NullMarked
package io.github.mailstay.testkit;

import org.jspecify.annotations.NullMarked;
