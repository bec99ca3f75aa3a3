// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test against real servers: it names what it needs of the machine, has the tag {@code real}, and may take a
 * {@link RealServers} parameter.
 *
 * <p>Where something is missing the test is skipped, with a message that names it and its Debian package. With the
 * environment {@code MAILSTAY_REAL=required} it fails instead, so that a build that means to run these tests cannot be
 * green without them; any other value but {@code optional} is an error. The JUnit configuration parameter (or system property) {@code mailstay.real}, {@code required}
 * or {@code optional}, goes before the environment.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Tag("real")
@ExtendWith(RealExtension.class)
public @interface Real {
    /**
     * What must be there: {@code postfix} (with root, as Postfix's master needs), {@code rbldnsd}, {@code unbound},
     * {@code redis}, {@code postgresql}, {@code root}, or the name of any other command.
     */
    String[] value();
}
