/** The embedded durable greylist store. */
module io.github.mailstay.greylist.sqlite {
    requires transitive io.github.mailstay.greylist;
    requires java.sql;
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;

    exports io.github.mailstay.greylist.sqlite;
}
