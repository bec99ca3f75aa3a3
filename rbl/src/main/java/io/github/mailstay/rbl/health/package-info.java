/** What is known of the health of one DNS list: a breaker without clock or thread, and the words for its states. */
@NullMarked
package io.github.mailstay.rbl.health;

import org.jspecify.annotations.NullMarked;
