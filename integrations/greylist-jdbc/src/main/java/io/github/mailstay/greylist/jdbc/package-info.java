/** A greylist store in a database server, reached through a {@link javax.sql.DataSource}; PostgreSQL first. */
@NullMarked
package io.github.mailstay.greylist.jdbc;

import org.jspecify.annotations.NullMarked;
