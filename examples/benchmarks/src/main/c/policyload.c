/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policyload - closed-loop load generator for Postfix policy-delegation servers.
 *
 * Opens K persistent connections (TCP or unix socket) and keeps exactly one
 * request outstanding on each, as Postfix smtpd(8) does.  The request stream is
 * a pure function of (seed, mode, request index), so two runs with the same
 * arguments send the same bytes whatever the server's speed or K
 * (only the assignment of requests to connections differs).
 *
 * One JSON object per run goes to stdout, diagnostics go to stderr.
 *
 * Build:  gcc -O2 -Wall -Wextra -o policyload policyload.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { REQ_MAX = 4096, REPLY_MAX = 8192, MAX_ACTIONS = 32, ACTION_MAX = 32 };

/* -------------------------------------------------------- small things */

static void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("policyload: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static void sleep_s(double s)
{
    struct timespec ts = { (time_t)s, (long)((s - (time_t)s) * 1e9) };

    while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
        ;
}

/* splitmix64: a stateless hash, so that request i needs no history. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

/* -------------------------------------------------------------- histogram */

/* Log-linear, 128 buckets for each power of two: error below 0.8 %. */
enum { SUB_BITS = 7, SUB = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB };

struct hist {
    uint64_t count, sum, max, bucket[BUCKETS];
};

static unsigned hist_index(uint64_t v)
{
    unsigned shift;

    if (v < SUB)
        return (unsigned)v;
    shift = 63u - (unsigned)__builtin_clzll(v) - SUB_BITS;
    return (shift + 1) * SUB + (unsigned)((v >> shift) - SUB);
}

static uint64_t hist_value(unsigned i)          /* middle of bucket i */
{
    unsigned shift;

    if (i < SUB)
        return i;
    shift = i / SUB - 1;
    return ((uint64_t)(SUB + i % SUB) << shift) + ((1ull << shift) >> 1);
}

static void hist_add(struct hist *h, uint64_t v)
{
    h->count++;
    h->sum += v;
    if (v > h->max)
        h->max = v;
    h->bucket[hist_index(v)]++;
}

static uint64_t hist_quantile(const struct hist *h, double q)
{
    uint64_t want = (uint64_t)(q * (double)h->count + 0.5), seen = 0;
    unsigned i;

    if (want == 0)
        want = 1;
    for (i = 0; i < BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= want) {
            uint64_t v = hist_value(i);
            return v < h->max ? v : h->max;
        }
    }
    return h->max;
}

/* ---------------------------------------------------------------- options */

enum mode { MODE_NEW, MODE_RETRY, MODE_MIXED };

static const char *const mode_name[] = { "new", "retry", "mixed" };

static struct {
    struct sockaddr_storage addr;
    socklen_t addr_len;
    const char *target;
    const char *label;
    enum mode mode;
    unsigned conns;
    uint64_t requests;
    uint64_t seed;
    uint64_t first;             /* index of the first request */
    uint64_t triplets;          /* retry: size of the set */
    uint64_t known_clients;     /* mixed: size of the known-client pool */
    uint32_t net, net_mask;     /* --client-net, host order */
    unsigned prime_rounds;      /* mixed: rounds over the known pool before */
    double prime_sleep;         /* seconds between the priming rounds */
    double duration;            /* stop after this many seconds, 0: no limit */
    double reply_timeout;       /* one reply slower than this: error, reconnect */
    bool postfix38;             /* also the two attributes that 3.8 added */
    bool settle;                /* unmeasured, until each connection was answered */
    bool verify;
    double verify_delay;
    uint64_t dump;
} opt = {
    .label = "", .conns = 1, .requests = 10000, .seed = 1, .triplets = 1000,
    .known_clients = 500, .prime_sleep = 2, .reply_timeout = 60,
    .verify_delay = 0,
};

/* --------------------------------------------------------------- workload */

/* The independent triplet populations. */
enum stream { STREAM_NEW = 1, STREAM_RETRY, STREAM_BOT, STREAM_KNOWN, STREAM_LEGIT };

struct request {
    enum stream stream;
    uint64_t id;                /* identity inside the stream: same id, same triplet */
};

/* Which triplet does request number i carry? */
static struct request pick(uint64_t i)
{
    uint64_t h = mix(opt.seed * 0x100000001b3ull ^ mix(i));
    struct request r;
    uint64_t newest, window;

    switch (opt.mode) {
    case MODE_NEW:
        return (struct request){ STREAM_NEW, i };
    case MODE_RETRY:
        return (struct request){ STREAM_RETRY, i % opt.triplets };
    case MODE_MIXED:
        break;
    }
    if (h % 100 < 60)                           /* spam bot, one shot */
        return (struct request){ STREAM_BOT, i };
    if (h % 100 < 85) {                         /* known client, any of its mail */
        r.stream = STREAM_KNOWN;
        r.id = (h >> 8) % opt.known_clients + opt.known_clients * ((h >> 32) % 20);
        return r;
    }
    /* Retry: a first-time sender, each triplet about 3 times (15 % of 20
     * requests), over a sliding window of the newest 2000 such triplets. */
    newest = i / 20;
    window = newest < 2000 ? newest + 1 : 2000;
    r.stream = STREAM_LEGIT;
    r.id = newest - (h >> 8) % window;
    return r;
}

/* Letters only: servers fold digits in local parts together (VERP). */
static char *letters(char *p, uint64_t v)
{
    do {
        *p++ = (char)('a' + v % 26);
        v /= 26;
    } while (v);
    *p = 0;
    return p;
}

/* A unicast address outside 0/8, 10/8, 127/8 and 224/3, or one of --client-net. */
static uint32_t client_ip(uint64_t h)
{
    uint32_t ip;

    if (opt.net_mask)
        return opt.net | ((uint32_t)h & ~opt.net_mask);
    for (;; h = mix(h)) {
        unsigned top;

        ip = (uint32_t)h;
        top = ip >> 24;
        if (top != 0 && top != 10 && top != 127 && top < 224
            && (ip >> 16) != 0xc0a8 && (ip >> 20) != 0xac1
            && (ip & 255) != 0 && (ip & 255) != 255)
            return ip;
    }
}

/*
 * One request at RCPT as Postfix 3.7 smtpd sends it (attribute names and order
 * taken from a capture of Postfix 3.7.11).  Returns its length.
 */
static size_t build(char *out, struct request r, uint64_t i)
{
    static const char *const tld[] = { "com", "net", "org", "de", "se", "info" };
    uint64_t salt = opt.seed * 0x9e3779b1ull + (uint64_t)r.stream * 0x1000193ull;
    uint64_t th = mix(salt ^ mix(r.id));        /* triplet */
    uint64_t ch, ih = mix(i ^ 0x5bd1e995);      /* client; this attempt */
    uint32_t ip;
    char local[32], domain[48], rcpt[32], rname[96], name[96];
    bool has_name;
    int n;

    /* Clients of the known pool have many triplets, the others one each. */
    ch = r.stream == STREAM_KNOWN ? mix(salt ^ mix(r.id % opt.known_clients) ^ 0xc11e47) : th;
    ip = client_ip(ch);
    has_name = r.stream == STREAM_KNOWN || r.stream == STREAM_LEGIT || th % 10 < 7;

    letters(local, r.id * 6 + (uint64_t)r.stream);
    letters(letters(domain, ch >> 40), 26 + (ch >> 20) % 676);
    letters(rcpt, 700 + (th >> 13) % 1000);
    if (r.stream == STREAM_KNOWN || r.stream == STREAM_LEGIT)
        snprintf(rname, sizeof rname, "mx%u.%s.%s", (unsigned)(ch % 4), domain, tld[ch % 6]);
    else
        snprintf(rname, sizeof rname, "host-%u-%u-%u-%u.dyn.isp-%s.%s", ip >> 24,
                 (ip >> 16) & 255, (ip >> 8) & 255, ip & 255, domain, tld[ch % 6]);
    snprintf(name, sizeof name, "%s", has_name ? rname : "unknown");

    n = snprintf(out, REQ_MAX,
                 "request=smtpd_access_policy\n"
                 "protocol_state=RCPT\n"
                 "protocol_name=ESMTP\n"
                 "client_address=%u.%u.%u.%u\n"
                 "client_name=%s\n"
                 "client_port=%u\n"
                 "reverse_client_name=%s\n"
                 "server_address=127.0.0.1\n"
                 "server_port=25\n"
                 "helo_name=%s\n"
                 "sender=%s@%s.%s\n"
                 "recipient=%s@example.org\n"
                 "recipient_count=0\n"
                 "queue_id=\n"
                 "instance=%x.%x.%x.0\n"
                 "size=%u\n"
                 "etrn_domain=\n"
                 "stress=\n"
                 "sasl_method=\n"
                 "sasl_username=\n"
                 "sasl_sender=\n"
                 "ccert_subject=\n"
                 "ccert_issuer=\n"
                 "ccert_fingerprint=\n"
                 "ccert_pubkey_fingerprint=\n"
                 "encryption_protocol=\n"
                 "encryption_cipher=\n"
                 "encryption_keysize=0\n"
                 "policy_context=\n"
                 "%s"
                 "\n",
                 ip >> 24, (ip >> 16) & 255, (ip >> 8) & 255, ip & 255,
                 name, 1024 + (unsigned)(ih % 60000), has_name ? rname : "unknown",
                 has_name ? rname : domain, local, domain, tld[ch % 6], rcpt,
                 (unsigned)(1000 + ih % 30000), (unsigned)(0x66000000 + i / 1000),
                 (unsigned)(ih >> 20) % 1000000, 500 + (unsigned)(th % 50000),
                 opt.postfix38 ? "compatibility_level=3.8\nmail_version=3.8.6\n" : "");
    if (n < 0 || n >= REQ_MAX)
        die("request too long");
    return (size_t)n;
}

/* ------------------------------------------------------ answers and tally */

enum verdict { PASS, DEFER, REJECT, OTHER };

static const char *const verdict_name[] = { "pass", "defer", "reject", "other" };

static struct {
    char word[ACTION_MAX];
    uint64_t count;
} actions[MAX_ACTIONS];

static enum verdict classify(const char *w)
{
    if (!strcasecmp(w, "DUNNO") || !strcasecmp(w, "OK") || !strcasecmp(w, "PREPEND")
        || !strcasecmp(w, "INFO") || !strcasecmp(w, "PERMIT"))
        return PASS;
    if (!strncasecmp(w, "DEFER", 5) || w[0] == '4')
        return DEFER;
    if (!strcasecmp(w, "REJECT") || !strcasecmp(w, "DISCARD") || w[0] == '5')
        return REJECT;
    return OTHER;
}

/* First word of the action= value, "(none)" if the reply has no such line. */
static void action_word(const char *reply, char *word)
{
    const char *p = strncmp(reply, "action=", 7) == 0 ? reply : strstr(reply, "\naction=");
    size_t n = 0;

    strcpy(word, "(none)");
    if (p == NULL)
        return;
    p = strchr(p, '=') + 1;
    while (p[n] && p[n] != ' ' && p[n] != '\n' && n < ACTION_MAX - 1) {
        /* Only what is safe inside a JSON string. */
        word[n] = (p[n] < 33 || p[n] == '"' || p[n] == '\\') ? '?' : p[n];
        n++;
    }
    word[n] = 0;
}

static void tally(const char *word)
{
    int i;

    for (i = 0; i < MAX_ACTIONS - 1 && actions[i].count; i++)
        if (!strcmp(actions[i].word, word))
            break;
    if (actions[i].count++ == 0)
        strcpy(actions[i].word, i == MAX_ACTIONS - 1 ? "(more)" : word);
}

/* ------------------------------------------------------------ connections */

struct conn {
    int fd;
    bool busy, out_armed;
    bool settled;               /* answered once in a settling phase */
    uint64_t index;             /* request number */
    uint64_t started;
    size_t len, sent, got;
    unsigned tries;             /* times this request was resent */
    char req[REQ_MAX];
    char reply[REPLY_MAX + 1];
};

/* A phase sends requests [next, end) over the connections.  With `each`, every
 * connection sends the whole range by itself, so triplets meet concurrently. */
struct phase {
    uint64_t next, end;
    struct request (*pick)(uint64_t);
    bool each, measured;
    unsigned unsettled;         /* settling: ends when so many more connections were answered */
    double limit;
    void (*on_reply)(uint64_t index, enum verdict v);
};

static struct conn *conns;
static uint64_t *each_next;
static int epfd;
static struct hist lat;
static uint64_t verdicts[4], reconnects, errors, timeouts;
static bool aborted;            /* the server went away and did not come back */

static void arm(struct conn *c, bool out, bool add)
{
    struct epoll_event ev = { .events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c };

    if (epoll_ctl(epfd, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, c->fd, &ev) == -1)
        die("epoll_ctl: %s", strerror(errno));
    c->out_armed = out;
}

/* Blocking connect, then non-blocking I/O.  A busy server may refuse for a
 * moment (full backlog), so try for up to 5 seconds. */
static bool conn_open(struct conn *c)
{
    uint64_t give_up = now_ns() + 5000000000ull;
    int one = 1;

    for (;;) {
        c->fd = socket(opt.addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (c->fd == -1)
            die("socket: %s", strerror(errno));
        if (connect(c->fd, (struct sockaddr *)&opt.addr, opt.addr_len) == 0)
            break;
        close(c->fd);
        c->fd = -1;
        if (now_ns() > give_up)
            return false;
        sleep_s(0.01);
    }
    if (opt.addr.ss_family != AF_UNIX)
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
    arm(c, false, true);
    return true;
}

static void conn_close(struct conn *c)
{
    if (c->fd >= 0)
        close(c->fd);           /* also leaves the epoll set */
    c->fd = -1;
}

/* False: the connection broke. */
static bool conn_flush(struct conn *c)
{
    while (c->sent < c->len) {
        ssize_t n = send(c->fd, c->req + c->sent, c->len - c->sent, MSG_NOSIGNAL);

        if (n > 0)
            c->sent += (size_t)n;
        else if (n == -1 && errno == EINTR)
            continue;
        else if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!c->out_armed)
                arm(c, true, false);
            return true;
        } else
            return false;
    }
    if (c->out_armed)
        arm(c, false, false);
    return true;
}

/* Server closed or broke the connection: as Postfix does, reconnect and send
 * the request once more; a second failure counts as an error, and a server that
 * accepts no connection for 5 seconds ends the run ("aborted").  The latency of
 * the request goes on from its first sending. */
static void conn_retry(struct conn *c, struct phase *ph)
{
    for (;;) {
        conn_close(c);
        if (aborted || !conn_open(c)) {
            aborted = true;
            c->busy = false;
            return;
        }
        reconnects++;
        if (!c->busy)
            return;
        if (c->tries++ >= 1) {
            if (ph->measured)
                errors++;
            c->busy = false;
            return;
        }
        c->sent = c->got = 0;
        if (conn_flush(c))
            return;
    }
}

/* Starts the next request; false when the phase has none left. */
static bool conn_next(struct conn *c, struct phase *ph)
{
    uint64_t *next = ph->each ? &each_next[c - conns] : &ph->next;

    while (*next < ph->end && !aborted) {
        c->index = (*next)++;
        c->len = build(c->req, ph->pick(c->index), c->index);
        c->sent = c->got = 0;
        c->tries = 0;
        c->busy = true;
        c->started = now_ns();
        if (!conn_flush(c))
            conn_retry(c, ph);
        if (c->busy)
            return true;
    }
    return false;
}

/* Reads; returns true when a whole reply has come. */
static bool conn_read(struct conn *c, struct phase *ph)
{
    for (;;) {
        ssize_t n = recv(c->fd, c->reply + c->got, REPLY_MAX - c->got, 0);

        if (n > 0) {
            c->got += (size_t)n;
            c->reply[c->got] = 0;
            if (!c->busy || c->got == REPLY_MAX) {      /* unasked or endless */
                conn_retry(c, ph);
                return false;
            }
            if (c->got >= 2 && !memcmp(c->reply + c->got - 2, "\n\n", 2))
                return true;
        } else if (n == -1 && errno == EINTR)
            continue;
        else if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return false;
        else {
            conn_retry(c, ph);
            return false;
        }
    }
}

/* Runs one phase to its end; returns its seconds. */
static double run_phase(struct phase *ph)
{
    struct epoll_event ev[256];
    uint64_t begin = now_ns(), checked = begin;
    uint64_t limit = ph->limit > 0 ? begin + (uint64_t)(ph->limit * 1e9) : UINT64_MAX;
    unsigned busy = 0, k;

    for (k = 0; k < opt.conns; k++) {
        each_next[k] = ph->next;
        conns[k].busy = false;
    }
    for (k = 0; k < opt.conns; k++)
        busy += conn_next(&conns[k], ph);
    while (busy && !aborted) {
        int i, n = epoll_wait(epfd, ev, 256, 100);
        uint64_t t = now_ns();

        if (n == -1 && errno != EINTR)
            die("epoll_wait: %s", strerror(errno));
        for (i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr;
            bool was_busy = c->busy;

            if (c->fd < 0)
                continue;
            if ((ev[i].events & EPOLLOUT) && c->busy && !conn_flush(c))
                conn_retry(c, ph);
            else if ((ev[i].events & ~EPOLLOUT) && conn_read(c, ph)) {
                char word[ACTION_MAX];
                enum verdict v;

                c->busy = false;
                action_word(c->reply, word);
                v = classify(word);
                if (ph->measured) {
                    hist_add(&lat, now_ns() - c->started);
                    tally(word);
                    verdicts[v]++;
                }
                if (ph->unsettled && !c->settled) {
                    c->settled = true;
                    if (--ph->unsettled == 0)
                        ph->end = ph->next;     /* no more requests in this phase */
                }
                if (ph->on_reply)
                    ph->on_reply(c->index, v);
            }
            if (was_busy && !c->busy) {
                busy--;
                if (t < limit)
                    busy += conn_next(c, ph);
            }
        }
        if (t - checked > 200000000ull) {
            checked = t;
            for (k = 0; k < opt.conns; k++)
                if (conns[k].busy && t > conns[k].started
                    && (double)(t - conns[k].started) > opt.reply_timeout * 1e9) {
                    timeouts++;
                    conns[k].tries = 1;         /* no second try */
                    conn_retry(&conns[k], ph);
                    busy--;
                    if (t < limit)
                        busy += conn_next(&conns[k], ph);
                }
        }
    }
    return (double)(now_ns() - begin) / 1e9;
}

/* ----------------------------------------------------------------- verify */

/*
 * --verify: every connection sends the same `requests` never seen triplets at
 * the same time.  All answers to one triplet inside a phase must have one
 * verdict.  Phases: first sight; again at once (same verdict as before); and,
 * with --verify-delay, after that delay (a deferred triplet must now pass) and
 * once more at once (and stay passed).
 */
static int8_t *seen;            /* verdict in this phase, -1: none yet */
static uint64_t mismatches;

static void verify_reply(uint64_t index, enum verdict v)
{
    int8_t *s = &seen[index - opt.first];

    if (*s == -1)
        *s = (int8_t)v;
    else if (*s != (int8_t)v) {
        if (mismatches++ < 10)
            fprintf(stderr, "policyload: triplet %llu: %s and %s\n",
                    (unsigned long long)index, verdict_name[(int)*s], verdict_name[v]);
    }
}

static struct request pick_new(uint64_t i)
{
    return (struct request){ STREAM_NEW, i };
}

static int verify(void)
{
    static const char *const phase_name[] = { "first", "again", "delayed", "settled" };
    unsigned phases = opt.verify_delay > 0 ? 4 : 2, p;
    uint64_t n = opt.requests, i, bad[4] = { 0 }, got[4][4] = { { 0 } };
    int8_t *before = malloc(n);

    seen = malloc(n);
    if (seen == NULL || before == NULL)
        die("out of memory");
    for (p = 0; p < phases; p++) {
        struct phase ph = { opt.first, opt.first + n, pick_new, true, true, 0,
                            opt.duration, verify_reply };

        if (p == 2)
            sleep_s(opt.verify_delay);
        mismatches = 0;
        memset(seen, -1, n);
        run_phase(&ph);
        for (i = 0; i < n; i++) {
            if (seen[i] < 0) {                  /* never answered */
                mismatches++;
                continue;
            }
            got[p][seen[i]]++;
            if (p == 2 ? before[i] == DEFER && seen[i] != PASS
                       : p > 0 && seen[i] != before[i])
                mismatches++;
        }
        memcpy(before, seen, n);
        bad[p] = mismatches;
        if (aborted)
            die("lost the server %s", opt.target);
    }
    printf("{\"label\":\"%s\",\"target\":\"%s\",\"mode\":\"verify\",\"conns\":%u,\"triplets\":%llu,"
           "\"seed\":%llu,\"errors\":%llu,\"timeouts\":%llu,\"reconnects\":%llu,\"phases\":{",
           opt.label, opt.target, opt.conns, (unsigned long long)n,
           (unsigned long long)opt.seed, (unsigned long long)errors,
           (unsigned long long)timeouts, (unsigned long long)reconnects);
    mismatches = 0;
    for (p = 0; p < phases; p++) {
        printf("%s\"%s\":{\"pass\":%llu,\"defer\":%llu,\"reject\":%llu,\"other\":%llu,\"mismatches\":%llu}",
               p ? "," : "", phase_name[p], (unsigned long long)got[p][PASS],
               (unsigned long long)got[p][DEFER], (unsigned long long)got[p][REJECT],
               (unsigned long long)got[p][OTHER], (unsigned long long)bad[p]);
        mismatches += bad[p];
    }
    free(before);
    free(seen);
    printf("},\"consistent\":%s}\n", mismatches + errors + timeouts ? "false" : "true");
    return mismatches + errors + timeouts ? 1 : 0;
}

/* ------------------------------------------------------------------- load */

static struct request pick_known(uint64_t i)
{
    return (struct request){ STREAM_KNOWN, i };
}

static int load(void)
{
    struct phase ph = { opt.first, opt.first + opt.requests, pick, false, true, 0,
                        opt.duration, NULL };
    uint64_t settled = 0;
    struct rusage ru;
    double secs;
    unsigned r;
    int i;

    for (r = 0; r < opt.prime_rounds; r++) {
        /* All triplets of the known pool: clients x 20 mails. */
        struct phase pr = { 0, opt.known_clients * 20, pick_known, false, false, 0, 0, NULL };

        run_phase(&pr);
        sleep_s(opt.prime_sleep);
    }
    if (opt.settle) {
        /* A server may take one connection at a time between the requests of those that it has. */
        struct phase se = { opt.first, UINT64_MAX, pick, false, false, opt.conns, 60, NULL };

        run_phase(&se);
        settled = se.next - opt.first;
        ph.next += settled;
        ph.end += settled;
    }
    reconnects = timeouts = 0;
    secs = run_phase(&ph);
    getrusage(RUSAGE_SELF, &ru);

    printf("{\"label\":\"%s\",\"target\":\"%s\",\"mode\":\"%s\",\"conns\":%u,\"requests\":%llu,"
           "\"seed\":%llu,\"first\":%llu,\"settled\":%llu,\"seconds\":%.3f,\"rps\":%.1f,",
           opt.label, opt.target, mode_name[opt.mode], opt.conns,
           (unsigned long long)lat.count, (unsigned long long)opt.seed,
           (unsigned long long)opt.first, (unsigned long long)settled, secs, (double)lat.count / secs);
    printf("\"latency_us\":{\"mean\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p99.9\":%.1f,\"max\":%.1f},",
           lat.count ? (double)lat.sum / (double)lat.count / 1e3 : 0,
           (double)hist_quantile(&lat, .5) / 1e3, (double)hist_quantile(&lat, .9) / 1e3,
           (double)hist_quantile(&lat, .99) / 1e3, (double)hist_quantile(&lat, .999) / 1e3,
           (double)lat.max / 1e3);
    printf("\"actions\":{");
    for (i = 0; i < MAX_ACTIONS && actions[i].count; i++)
        printf("%s\"%s\":%llu", i ? "," : "", actions[i].word,
               (unsigned long long)actions[i].count);
    printf("},\"verdicts\":{");
    for (i = 0; i < 4; i++)
        printf("%s\"%s\":%llu", i ? "," : "", verdict_name[i], (unsigned long long)verdicts[i]);
    printf("},\"errors\":%llu,\"timeouts\":%llu,\"reconnects\":%llu,\"aborted\":%s,\"generator_cpu_s\":%.2f}\n",
           (unsigned long long)errors, (unsigned long long)timeouts,
           (unsigned long long)reconnects, aborted ? "true" : "false",
           (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec)
               + (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6);
    return aborted || errors + timeouts ? 1 : 0;
}

/* ------------------------------------------------------------------- main */

static void usage(FILE *f)
{
    fputs(
        "usage: policyload (--tcp HOST:PORT | --unix PATH) [options]\n"
        "  -k, --conns K           persistent connections (1)\n"
        "  -n, --requests N        requests in total (10000)\n"
        "  -m, --mode MODE         new | retry | mixed (new)\n"
        "  -s, --seed S            workload seed (1)\n"
        "      --first I           index of the first request (0); with mode new\n"
        "                          a later run at I continues with unseen triplets\n"
        "  -M, --triplets M        retry: size of the repeated set (1000)\n"
        "      --known C           mixed: known clients, 20 triplets each (500)\n"
        "      --prime R           mixed: R unmeasured rounds over the known pool first\n"
        "      --prime-sleep S     seconds after each priming round (2)\n"
        "      --client-net A/LEN  take every client address from this network\n"
        "  -d, --duration S        stop after S seconds even if N are not reached\n"
        "      --settle            first, unmeasured, until each connection has had an answer\n"
        "      --postfix38         add compatibility_level and mail_version (3.8 and later)\n"
        "      --reply-timeout S   a reply slower than this is an error (60)\n"
        "  -l, --label TEXT        copied to the JSON line\n"
        "      --verify            check same-triplet consistency on K connections\n"
        "                          with N new triplets; exit 1 on a mismatch\n"
        "      --verify-delay S    verify: wait S, then deferred triplets must pass\n"
        "      --dump D            print D requests of the workload and exit\n"
        "exit: 0 all answered, 1 errors, timeouts, mismatches or server lost (aborted), 2 usage or no server\n", f);
}

static uint64_t number(const char *s)
{
    char *end;
    unsigned long long v = strtoull(s, &end, 10);

    if (*s == 0 || *s == '-' || *end)
        die("not a number: %s", s);
    return v;
}

static double seconds(const char *s)
{
    char *end;
    double v = strtod(s, &end);

    if (*s == 0 || *end || !(v >= 0))
        die("not a time in seconds: %s", s);
    return v;
}

static void set_tcp(const char *s)
{
    char host[256];
    const char *colon = strrchr(s, ':');
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *res;
    int rc;

    if (colon == NULL || (size_t)(colon - s) >= sizeof host)
        die("want HOST:PORT, not %s", s);
    memcpy(host, s, (size_t)(colon - s));
    host[colon - s] = 0;
    if ((rc = getaddrinfo(host, colon + 1, &hints, &res)) != 0)
        die("%s: %s", s, gai_strerror(rc));
    memcpy(&opt.addr, res->ai_addr, res->ai_addrlen);
    opt.addr_len = res->ai_addrlen;
    opt.target = s;
    freeaddrinfo(res);
}

static void set_unix(const char *path)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&opt.addr;

    if (strlen(path) >= sizeof un->sun_path)
        die("socket path too long");
    un->sun_family = AF_UNIX;
    strcpy(un->sun_path, path);
    opt.addr_len = sizeof *un;
    opt.target = path;
}

static void set_net(const char *s)
{
    char buf[64];
    char *slash;
    struct in_addr a;
    uint64_t len;

    snprintf(buf, sizeof buf, "%s", s);
    if ((slash = strchr(buf, '/')) == NULL)
        die("want A.B.C.D/LEN, not %s", s);
    *slash = 0;
    len = number(slash + 1);
    if (inet_pton(AF_INET, buf, &a) != 1 || len < 1 || len > 32)
        die("want A.B.C.D/LEN, not %s", s);
    opt.net_mask = 0xffffffffu << (32 - len);
    opt.net = ntohl(a.s_addr) & opt.net_mask;
}

static void set_mode(const char *s)
{
    unsigned m;

    for (m = 0; m < 3; m++)
        if (!strcmp(s, mode_name[m])) {
            opt.mode = (enum mode)m;
            return;
        }
    die("unknown mode %s", s);
}

int main(int argc, char **argv)
{
    enum { O_TCP = 256, O_UNIX, O_FIRST, O_KNOWN, O_PRIME, O_PSLEEP, O_NET, O_RTO,
           O_P38, O_SETTLE, O_VERIFY, O_VDELAY, O_DUMP, O_HELP };
    static const struct option longs[] = {
        { "tcp", 1, 0, O_TCP }, { "unix", 1, 0, O_UNIX }, { "conns", 1, 0, 'k' },
        { "requests", 1, 0, 'n' }, { "mode", 1, 0, 'm' }, { "seed", 1, 0, 's' },
        { "first", 1, 0, O_FIRST }, { "triplets", 1, 0, 'M' }, { "known", 1, 0, O_KNOWN },
        { "prime", 1, 0, O_PRIME }, { "prime-sleep", 1, 0, O_PSLEEP },
        { "client-net", 1, 0, O_NET }, { "duration", 1, 0, 'd' },
        { "reply-timeout", 1, 0, O_RTO }, { "label", 1, 0, 'l' },
        { "postfix38", 0, 0, O_P38 }, { "settle", 0, 0, O_SETTLE },
        { "verify", 0, 0, O_VERIFY }, { "verify-delay", 1, 0, O_VDELAY },
        { "dump", 1, 0, O_DUMP }, { "help", 0, 0, O_HELP }, { 0, 0, 0, 0 },
    };
    struct rlimit rl;
    unsigned k;
    int ch;

    while ((ch = getopt_long(argc, argv, "k:n:m:s:M:d:l:", longs, NULL)) != -1)
        switch (ch) {
        case O_TCP:    set_tcp(optarg); break;
        case O_UNIX:   set_unix(optarg); break;
        case 'k':      opt.conns = (unsigned)number(optarg); break;
        case 'n':      opt.requests = number(optarg); break;
        case 'm':      set_mode(optarg); break;
        case 's':      opt.seed = number(optarg); break;
        case O_FIRST:  opt.first = number(optarg); break;
        case 'M':      opt.triplets = number(optarg); break;
        case O_KNOWN:  opt.known_clients = number(optarg); break;
        case O_PRIME:  opt.prime_rounds = (unsigned)number(optarg); break;
        case O_PSLEEP: opt.prime_sleep = seconds(optarg); break;
        case O_NET:    set_net(optarg); break;
        case 'd':      opt.duration = seconds(optarg); break;
        case O_RTO:    opt.reply_timeout = seconds(optarg); break;
        case 'l':      opt.label = optarg; break;
        case O_P38:    opt.postfix38 = true; break;
        case O_SETTLE: opt.settle = true; break;
        case O_VERIFY: opt.verify = true; break;
        case O_VDELAY: opt.verify_delay = seconds(optarg); break;
        case O_DUMP:   opt.dump = number(optarg); break;
        case O_HELP:   usage(stdout); return 0;
        default:       usage(stderr); return 2;
        }
    if (optind < argc || opt.conns < 1 || opt.triplets < 1 || opt.known_clients < 1
        || opt.requests < 1 || strpbrk(opt.label, "\"\\")) {
        usage(stderr);
        return 2;
    }
    if (opt.dump) {
        char buf[REQ_MAX];
        uint64_t i;

        for (i = opt.first; i < opt.first + opt.dump; i++)
            fwrite(buf, 1, build(buf, pick(i), i), stdout);
        return 0;
    }
    if (opt.target == NULL) {
        usage(stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
        rl.rlim_cur = rl.rlim_max;
        setrlimit(RLIMIT_NOFILE, &rl);
    }
    if ((epfd = epoll_create1(EPOLL_CLOEXEC)) == -1)
        die("epoll_create1: %s", strerror(errno));
    conns = calloc(opt.conns, sizeof *conns);
    each_next = calloc(opt.conns, sizeof *each_next);
    if (conns == NULL || each_next == NULL)
        die("out of memory");
    for (k = 0; k < opt.conns; k++)
        if (!conn_open(&conns[k]))
            die("cannot connect to %s: %s", opt.target, strerror(errno));
    return opt.verify ? verify() : load();
}
