/** DNS block and allow lists, asked all at once, with three-valued answers. */
module io.github.mailstay.rbl {
    requires transitive io.github.mailstay.core;
    requires com.github.benmanes.caffeine;
    requires org.dnsjava;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.github.mailstay.rbl;
    exports io.github.mailstay.rbl.dns;
    exports io.github.mailstay.rbl.health;
}
