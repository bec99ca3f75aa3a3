// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.mailstay.greylist.store.Cursor;
import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Passwords let in, and are shown nowhere. */
@Real("redis")
class RedisPasswordTest {
    private static final String RIGHT = "sesame7";
    private static final String WRONG = "sesame8";

    @Test
    void theRightOneLetsIn(RealServers servers) throws Exception {
        RedisServer redis = servers.start(RedisServer.builder().password(RIGHT));
        redis.command("ACL", "SETUSER", "mail", "on", ">" + WRONG, "~mailstay:*", "+@all");
        Stores.builder(redis.uri()).password(RIGHT.toCharArray()).open().close();
        Stores.builder(redis.uri())
                .user("mail")
                .password(WRONG.toCharArray())
                .open()
                .close();
        try (RedisGreylistStore store =
                Stores.builder(in(redis, RIGHT)).timeout(Stores.PATIENCE).open()) {
            assertThat(Stores.get(store.find(Stores.key(1)))).isEmpty();
            assertThat(store.toString())
                    .contains("redis://***@127.0.0.1:" + redis.port())
                    .doesNotContain(RIGHT);
        }
    }

    /** The commands that the Javadoc names are all that the user needs. */
    @Test
    void aUserWithFewRightsWillDo(RealServers servers) throws Exception {
        RedisServer redis = servers.start(RedisServer.builder().password(RIGHT));
        redis.command(
                "ACL",
                "SETUSER",
                "mail",
                "on",
                ">" + WRONG,
                "~mailstay:*",
                "+eval",
                "+evalsha",
                "+hmget",
                "+hget",
                "+hset",
                "+del",
                "+pexpire",
                "+pttl",
                "+set",
                "+scan",
                "+info",
                "+ping",
                "+hello",
                "+auth",
                "+client");
        try (RedisGreylistStore store = Stores.builder(redis.uri())
                .user("mail")
                .password(WRONG.toCharArray())
                .open()) {
            Stores.get(store.record(Stores.key(1), Stores.at(Stores.NOON)));
            assertThat(Stores.get(store.stats()).entries()).isEqualTo(1);
            var page = Stores.get(store.list(Cursor.START, 10));
            assertThat(Stores.get(store.merge(page.rows()))).isZero();
            assertThat(Stores.get(store.forget(Stores.key(1)))).isTrue();
        }
    }

    @Test
    void theWrongOneIsRefusedAndNotShown(RealServers servers) {
        RedisServer redis = servers.start(RedisServer.builder().password(RIGHT));
        RedisGreylistStoreBuilder apart = Stores.builder(redis.uri()).password(WRONG.toCharArray());
        RedisGreylistStoreBuilder inside = Stores.builder(in(redis, WRONG));
        for (RedisGreylistStoreBuilder builder : new RedisGreylistStoreBuilder[] {apart, inside}) {
            Throwable trouble = catchThrowable(builder::open);
            assertThat(trouble)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("127.0.0.1:" + redis.port())
                    .hasMessageContaining("WRONGPASS");
            assertThat(everythingOf(trouble)).doesNotContain(WRONG);
            assertThat(builder.toString()).doesNotContain(WRONG);
        }
        assertThat(catchThrowable(() -> Stores.builder(redis.uri()).open())).hasMessageContaining("NOAUTH");
    }

    private static String in(RedisServer redis, String password) {
        return "redis://" + password + "@127.0.0.1:" + redis.port();
    }

    private static String everythingOf(Throwable trouble) {
        StringWriter text = new StringWriter();
        trouble.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
