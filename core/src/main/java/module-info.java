/** The words all Mailstay parts share, and the doors to the mail server. */
module io.github.mailstay.core {
    requires com.google.common;
    requires org.slf4j;
    requires jdk.net;
    requires static transitive org.jspecify;

    exports io.github.mailstay.net;
    exports io.github.mailstay.policy;
    exports io.github.mailstay.postfix;
}
