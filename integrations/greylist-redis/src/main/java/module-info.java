/** The greylist store that several hosts share. */
// lettuce has a name, but no descriptor.
@SuppressWarnings("requires-automatic")
module io.github.mailstay.greylist.redis {
    requires transitive io.github.mailstay.greylist;
    requires lettuce.core;
    requires org.slf4j;

    exports io.github.mailstay.greylist.redis;
}
