/** Network and mail addresses as values. */
@NullMarked
package io.github.mailstay.net;

import org.jspecify.annotations.NullMarked;
