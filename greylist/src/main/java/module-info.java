/** Greylisting: the rules, the keys, the policy check, the store SPI and a store in memory. */
module io.github.mailstay.greylist {
    requires transitive io.github.mailstay.core;
    requires com.google.common;
    requires org.slf4j;

    exports io.github.mailstay.greylist;
    exports io.github.mailstay.greylist.list;
    exports io.github.mailstay.greylist.load;
    exports io.github.mailstay.greylist.store;
}
