// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

/**
 * The changes of one key, as Lua: {@link #RECORD} and {@link #MERGE} are
 * {@link io.github.mailstay.greylist.GreylistRules}, {@link #TALLY} is {@link io.github.mailstay.greylist.Tally#next};
 * tests hold them side by side. Stateless.
 *
 * <p>Lua has doubles only: whole below 2^53, but written with 14 digits unless told otherwise, hence {@code whole}. The
 * time is an argument. A key lives as long as what it holds counts, reckoned from the time of the caller, and a margin
 * more: Redis's clock measures how long that is, and never says what time it is.
 */
final class Scripts {
    private static final String WHOLE = """
            local function whole(x) return string.format('%.0f', x) end
            local key = KEYS[1]
            local arg = {}
            for i = 1, #ARGV do arg[i] = tonumber(ARGV[i]) end
            """;

    /** KEYS: entry. ARGV: now, delay, retry window, lifetime, margin. Returns first, last, expires, tries, passes. */
    static final Script RECORD = Script.of(WHOLE + """
            local now, delay, window, lifetime, margin = unpack(arg)
            local known = redis.call('HMGET', key, 'first', 'expires', 'tries', 'passes')
            local first, expires = tonumber(known[1]), tonumber(known[2])
            local tries, passes = tonumber(known[3]), tonumber(known[4])
            if not first or now > expires then
              first, expires, tries, passes = now, now + window, 1, 0
            else
              first = math.min(first, now)
              if passes == 0 and now < first + delay then
                expires, tries = first + window, tries + 1
              else
                expires, passes = now + lifetime, passes + 1
              end
            end
            redis.call('HSET', key, 'first', whole(first), 'last', whole(now), 'expires', whole(expires),
              'tries', whole(tries), 'passes', whole(passes))
            redis.call('PEXPIRE', key, whole(expires - now + margin))
            return {first, now, expires, tries, passes}
            """);

    /** KEYS: counter. ARGV: now, smallest gap, time to live, margin. Returns count, first, last, expires. */
    static final Script TALLY = Script.of(WHOLE + """
            local now, gap, ttl, margin = unpack(arg)
            local known = redis.call('HMGET', key, 'count', 'first', 'last', 'expires')
            local count, first = tonumber(known[1]), tonumber(known[2])
            local last, expires = tonumber(known[3]), tonumber(known[4])
            if not count or now > expires then
              count, first, last = 1, now, now
            else
              first, last = math.min(first, now), math.min(last, now)
              if now >= last + gap then
                count, last = count + 1, now
              end
            end
            expires = last + ttl
            redis.call('HSET', key, 'count', whole(count), 'first', whole(first), 'last', whole(last),
              'expires', whole(expires))
            redis.call('PEXPIRE', key, whole(expires - now + margin))
            return {count, first, last, expires}
            """);

    /**
     * KEYS: entry. ARGV: first, last, expires, tries, passes, margin. Returns 1 if it was not known, else 0. There is no
     * "now" here: the last try stands for it, which is not later, so that the key lives long enough.
     */
    static final Script MERGE = Script.of(WHOLE + """
            local first, last, expires, tries, passes, margin = unpack(arg)
            local known = redis.call('HMGET', key, 'first', 'last', 'expires', 'tries', 'passes')
            local was = {}
            for i = 1, 5 do was[i] = tonumber(known[i]) end
            if was[1] and was[3] >= first then
              if expires < was[1] then
                return 0
              end
              first, last, expires = math.min(first, was[1]), math.max(last, was[2]), math.max(expires, was[3])
              tries, passes = math.max(tries, was[4]), math.max(passes, was[5])
            end
            local lives = math.max(redis.call('PTTL', key), expires - last + margin, margin)
            redis.call('HSET', key, 'first', whole(first), 'last', whole(last), 'expires', whole(expires),
              'tries', whole(tries), 'passes', whole(passes))
            redis.call('PEXPIRE', key, whole(lives))
            return was[1] and 0 or 1
            """);

    private Scripts() {}
}
