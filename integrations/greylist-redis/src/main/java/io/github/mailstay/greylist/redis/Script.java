// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A Lua script that Redis runs in one atomic step. Immutable.
 *
 * @param text what it does
 * @param sha1 what Redis knows it by, once it has seen the text
 */
record Script(String text, String sha1) {
    static Script of(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.US_ASCII));
            return new Script(text, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Runs it on one key. */
    <T> CompletionStage<T> run(Link link, ScriptOutputType type, String key, long... args) {
        return run(link, type, List.of(key), args);
    }

    /**
     * Runs it on these keys, which must lie on one server: by its name, and with its text where Redis has not seen it or has forgotten it (a restart, a
     * failover). Redis refuses an unknown name before it has done anything, so nothing happens twice.
     */
    <T> CompletionStage<T> run(Link link, ScriptOutputType type, List<String> names, long... args) {
        String[] keys = names.toArray(String[]::new);
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = Long.toString(args[i]);
        }
        CompletionStage<T> byName = link.send(redis -> redis.evalsha(sha1, type, keys, texts));
        return byName.exceptionallyCompose(trouble -> Troubles.root(trouble) instanceof RedisNoScriptException
                ? link.send(redis -> redis.eval(text, type, keys, texts))
                : CompletableFuture.failedFuture(trouble));
    }
}
