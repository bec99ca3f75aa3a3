/** The greylist store in a database server that nodes share. */
module io.github.mailstay.greylist.jdbc {
    requires transitive io.github.mailstay.greylist;
    requires transitive java.sql;
    requires org.slf4j;

    exports io.github.mailstay.greylist.jdbc;
}
