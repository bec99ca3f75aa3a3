// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

/**
 * The changes, as Lua: {@link #RECORD} and {@link #MERGE} are {@link io.github.mailstay.greylist.GreylistRules},
 * {@link #TALLY} is {@link io.github.mailstay.greylist.Tally#next}, each of one key; {@link #VISIT} is both, of several
 * keys. Tests hold them side by side. Stateless.
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

    private static final String TRY = """
            local function try(key, now, delay, window, lifetime, margin)
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
            end
            """;

    private static final String COUNT = """
            local function count(key, now, gap, ttl, margin)
              local known = redis.call('HMGET', key, 'count', 'first', 'last', 'expires')
              local events, first = tonumber(known[1]), tonumber(known[2])
              local last, expires = tonumber(known[3]), tonumber(known[4])
              if not events or now > expires then
                events, first, last = 1, now, now
              else
                first, last = math.min(first, now), math.min(last, now)
                if now >= last + gap then
                  events, last = events + 1, now
                end
              end
              expires = last + ttl
              redis.call('HSET', key, 'count', whole(events), 'first', whole(first), 'last', whole(last),
                'expires', whole(expires))
              redis.call('PEXPIRE', key, whole(expires - now + margin))
              return {events, first, last, expires}
            end
            """;

    /** KEYS: entry. ARGV: now, delay, retry window, lifetime, margin. Returns first, last, expires, tries, passes. */
    static final Script RECORD = Script.of(WHOLE + TRY + """
            return try(key, unpack(arg))
            """);

    /** KEYS: counter. ARGV: now, smallest gap, time to live, margin. Returns count, first, last, expires. */
    static final Script TALLY = Script.of(WHOLE + COUNT + """
            return count(key, unpack(arg))
            """);

    /**
     * KEYS: entry, the client's counter of passes if any are needed, the counter of deferrals if its time to live is not 0.
     * ARGV: now, delay, retry window, lifetime, margin, passes needed, smallest gap, time to live. Returns nothing if the
     * client is trusted, else what {@link #RECORD} does, and behind it what {@link #TALLY} does if that counted.
     */
    static final Script VISIT = Script.of(WHOLE + TRY + COUNT + """
            local now, delay, window, lifetime, margin, needed, gap, ttl = unpack(arg)
            local counter = ttl > 0 and KEYS[#KEYS]
            local function pass(row)
              if counter then redis.call('DEL', counter) end
              return row
            end
            if needed > 0 then
              local known = redis.call('HMGET', KEYS[2], 'count', 'expires')
              local passes, expires = tonumber(known[1]), tonumber(known[2])
              if passes and passes >= needed and now <= expires then
                return pass({})
              end
            end
            local row = try(key, now, delay, window, lifetime, margin)
            if row[5] > 0 then
              return pass(row)
            end
            if counter then
              for i, value in ipairs(count(counter, now, gap, ttl, margin)) do row[5 + i] = value end
            end
            return row
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
