/** The words of a policy decision: what Postfix asks, what checks find, what Postfix is told. Pure: no clock, thread or socket. */
@NullMarked
package io.github.mailstay.policy;

import org.jspecify.annotations.NullMarked;
