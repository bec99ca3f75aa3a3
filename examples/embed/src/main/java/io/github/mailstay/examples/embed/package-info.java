/** Small programs that embed single parts, each one idea. */
@NullMarked
package io.github.mailstay.examples.embed;

import org.jspecify.annotations.NullMarked;
