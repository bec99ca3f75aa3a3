/** The main job on embedded defaults, shown. */
@NullMarked
package io.github.mailstay.daemon.demo;

import org.jspecify.annotations.NullMarked;
