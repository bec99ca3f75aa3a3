#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the daemon, greylisting everyone with each of its stores, with postgrey, on loopback: requests per second,
# latency, CPU. One interleaved run: in each round, mode and number of connections every server is measured once, and
# each figure is divided by postgrey's of the same round. All stores but the one in memory are durable: an answer is on
# disk before it is given. Starts everything privately and ends it again. Prints Markdown. See docs/BENCHMARKS.md.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: run-greylist.sh [-r ROUNDS] [-n REQUESTS] [-t SECONDS] [-w WARMUP] [-c CONNECTIONS] [-m MODES] [-s SERVERS]
                       [-W FILE] [-o SETTING=VALUE]...
  -r ROUNDS       measured rounds (5)
  -n REQUESTS     most requests of one measurement at 100 connections (40000); half at 10, a quarter at 1
  -t SECONDS      most time of one measurement (5)
  -w WARMUP       unmeasured requests to each server before (100000), for 60 seconds at most
  -c CONNECTIONS  numbers of connections ("1 10 100")
  -m MODES        "new retry mixed": unseen triplets; triplets that have waited and pass; 60 % unseen, 25 % of known
                  clients, 15 % retries
  -s SERVERS      of "floor postgrey memory sqlite postgresql redis"; postgrey is always measured
  -W FILE         list of clients that both postgrey and the daemon let pass (none)
  -o SETTING=...  one more setting of the daemon; may be given more than once
environment: JAVA (java), JAR (examples/daemon/target/mailstayd.jar), JAVA_FLAGS (-XX:+UseSerialGC -Xmx96m),
  TMPDIR (/tmp; a real disk, or fsync costs nothing), POSTGREY (/usr/sbin/postgrey), PG_BIN (/usr/lib/postgresql/15/bin);
  as root, the servers run as the users postgrey, postgres and redis
exit: 0 all measured, 1 a server failed or answered wrongly, 2 usage or something is missing
USAGE
}

rounds=5 requests=40000 seconds=5 warmup=100000 connections="1 10 100" modes="new retry mixed"
chosen="floor postgrey memory sqlite postgresql redis" clients=/dev/null extra=()
while getopts r:n:t:w:c:m:s:W:o:h option; do
    case $option in
        r) rounds=$OPTARG ;;
        n) requests=$OPTARG ;;
        t) seconds=$OPTARG ;;
        w) warmup=$OPTARG ;;
        c) connections=$OPTARG ;;
        m) modes=$OPTARG ;;
        s) chosen=$OPTARG ;;
        W) clients=$OPTARG ;;
        o) extra+=(--set "$OPTARG") ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

postgrey=${POSTGREY:-/usr/sbin/postgrey}
pg_bin=${PG_BIN:-/usr/lib/postgresql/15/bin}
# In this order: postgrey's figures are there when the others are divided by them.
servers=()
for name in floor postgrey memory sqlite postgresql redis; do
    if [[ $name == postgrey || " $chosen " == *" $name "* ]]; then servers+=("$name"); fi
done
is_chosen() { [[ " ${servers[*]} " == *" $1 "* ]]; }

missing=()
need() { command -v "$1" >/dev/null || missing+=("$1 ($2)"); }
need gcc gcc
need "$postgrey" postgrey
if is_chosen postgresql; then need "$pg_bin/postgres" postgresql-15; fi
if is_chosen redis; then need redis-server redis-server && need redis-cli redis-tools; fi
if ((EUID == 0)); then need setpriv util-linux; fi
if [[ ! -r $clients ]]; then missing+=("$clients"); fi
if ((${#missing[@]})); then
    printf 'missing: %s\n' "${missing[@]}" >&2
    exit 2
fi

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

delay=2          # greylist.delay of all servers, in seconds; postgrey counts whole seconds
repeated=5000    # triplets of mode retry
known=250        # known clients of mode mixed, 20 triplets each

# use_user NAME: sets $as, the words that run a command as that user if we are root, and $owner, who it is then.
use_user() {
    if ((EUID == 0)); then
        as=(setpriv --reuid "$1" --regid "$1" --init-groups --) owner=$1
    else
        as=() owner=$(id -un)
    fi
}

# private_directory NAME: a directory of $owner alone, in $home.
private_directory() {
    home=$(mktemp -d)
    directories+=("$home")
    if ((EUID == 0)); then chown "$owner:" "$home"; fi
    mkdir -p "$work/$1"
}

# A TCP port of loopback that nobody listens on, below those that the kernel gives to clients.
free_port() {
    local try
    for ((try = 0; try < 100; try++)); do
        port[$1]=$((20000 + RANDOM % 10000))
        (: <>"/dev/tcp/127.0.0.1/${port[$1]}") 2>/dev/null || return 0
    done
    echo "no free port" >&2
    exit 1
}

# await NAME COMMAND...: until the command succeeds; the script ends if the server does, or after a minute.
await() {
    local name=$1 end=$((SECONDS + 60))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= end)) || ! kill -0 "${pid[$name]}" 2>/dev/null; then
            echo "$name did not start:" >&2
            tail -n 20 "$work/$name/log" >&2
            exit 1
        fi
        sleep 0.1
    done
}

# secret FILE [OWNER]: 64 hexadecimal digits, for the owner alone.
secret() {
    (umask 077 && od -An -N 32 -t x1 /dev/urandom | tr -d ' \n' >"$1" && echo >>"$1")
    if [[ -n ${2:-} ]] && ((EUID == 0)); then chown "$2:" "$1"; fi
}

is_listening() { (: <>"/dev/tcp/127.0.0.1/$1"); }

start_postgrey() {
    use_user postgrey
    private_directory postgrey
    free_port postgrey
    # In the foreground, with its decisions in a file, as the daemon has them.
    "${as[@]}" "$postgrey" --inet="127.0.0.1:${port[postgrey]}" --dbdir="$home" --user="$owner" --group="$(id -gn "$owner")" \
        --delay=$delay --auto-whitelist-clients=0 --whitelist-clients="$clients" --whitelist-recipients=/dev/null \
        >"$work/postgrey/log" 2>&1 </dev/null &
    remember postgrey
    await postgrey is_listening "${port[postgrey]}"
}

sql() {
    PGPASSWORD=$(<"$work/postgres/password") "$pg_bin/psql" -h 127.0.0.1 -p "${port[postgres]}" -U mailstay -d postgres -w -Atqc "$1"
}

start_postgres() {
    use_user postgres
    private_directory postgres
    free_port postgres
    secret "$work/postgres/password"
    secret "$home/password" "$owner"
    cat "$work/postgres/password" >"$home/password"
    (cd "$home" && "${as[@]}" "$pg_bin/initdb" -D "$home/data" -U mailstay -E UTF8 --locale=C.UTF-8 --auth=scram-sha-256 \
        --pwfile="$home/password") >"$work/postgres/log" 2>&1 || { cat "$work/postgres/log" >&2; exit 1; }
    # Loopback only; otherwise as Debian has it, with what makes it durable said once more.
    "${as[@]}" "$pg_bin/postgres" -D "$home/data" -p "${port[postgres]}" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c fsync=on -c synchronous_commit=on >>"$work/postgres/log" 2>&1 </dev/null &
    remember postgres
    ends[postgres]=INT
    await postgres "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "${port[postgres]}"
}

redis() {
    REDISCLI_AUTH=$(<"$work/redis-server/password") redis-cli -h 127.0.0.1 -p "${port[redis-server]}" "$@"
}
redis_answers() { [[ $(redis ping) == PONG ]]; }

start_redis() {
    use_user redis
    private_directory redis-server
    free_port redis-server
    secret "$work/redis-server/password"
    secret "$home/redis.conf" "$owner"
    cat >"$home/redis.conf" <<CONF
bind 127.0.0.1
port ${port[redis-server]}
dir $home
daemonize no
requirepass $(<"$work/redis-server/password")
save ""
appendonly yes
appendfsync always
CONF
    "${as[@]}" redis-server "$home/redis.conf" >"$work/redis-server/log" 2>&1 </dev/null &
    remember redis-server
    await redis-server redis_answers
}

declare -A title=(
    [floor]="do-nothing server in C (the floor)"
    [postgrey]="postgrey"
    [memory]="mailstayd, in memory"
    [sqlite]="mailstayd, SQLite"
    [postgresql]="mailstayd, PostgreSQL"
    [redis]="mailstayd, Redis"
)
# Whose CPU time counts.
declare -A parts=([floor]=floor [postgrey]=postgrey [memory]=memory [sqlite]=sqlite
    [postgresql]="postgresql postgres" [redis]="redis redis-server")
# At 100 connections: times postgrey's requests/s. At one connection it is 1 for all.
declare -A target=([memory]=30 [sqlite]=10 [postgresql]=5 [redis]=5)
p99_target=20    # in memory, 100 connections: postgrey's p99 divided by the daemon's

start() {
    local store=()
    case $1 in
        floor) start_floor; return ;;
        postgrey) start_postgrey; return ;;
        postgresql)
            start_postgres
            store=("jdbc:postgresql://127.0.0.1:${port[postgres]}/postgres" --set greylist.store-user=mailstay
                --set "greylist.store-password-file=$work/postgres/password") ;;
        redis)
            start_redis
            store=("redis://127.0.0.1:${port[redis-server]}"
                --set "greylist.store-password-file=$work/redis-server/password") ;;
        *) store=("$1") ;;
    esac
    if [[ $clients != /dev/null ]]; then store+=(--set "greylist.allow-clients=$clients"); fi
    # Trust is what postgrey calls auto-whitelist.
    start_daemon "$1" --set greylist.mode=everyone --set greylist.trust-after=0 --set "greylist.delay=${delay}s" \
        --set "greylist.key-file=$work/key" --set "greylist.store=${store[0]}" "${store[@]:1}" "${extra[@]}"
}

# send NAME MODE [OPTION]...: leaves the JSON line in $reply. Each mode goes on where it ended, in numbers of its own: a number
# makes the "instance", and what has the same instance is one message, which does not wait by coming again.
declare -A first_of=([new]=0 [retry]=1000000000 [mixed]=2000000000)
send() {
    local name=$1 mode=$2 first=${sent[$1.$2]:-${first_of[$2]}}
    shift 2
    if ! reply=$("$work/policyload" --tcp "127.0.0.1:${port[$name]}" -m "$mode" -M $repeated --known $known \
        --first "$first" --reply-timeout 20 -l "$name" "$@"); then
        echo "$name, $mode: requests without an answer: $reply" >>"$work/wrong"
    fi
    [[ -n $reply ]] || { echo "$name is gone" >&2; tail -n 20 "$work/$name/log" >&2; exit 1; }
    sent[$name.$mode]=$((first + $(field requests) + $(field settled)))
}

# Makes every server know what mode retry repeats or the known clients of mode mixed, and waits until that passes.
prime() {
    local name
    for name in "${servers[@]}"; do
        case $1 in
            retry) send "$name" retry -k 10 -n $repeated ;;
            mixed) send "$name" mixed -k 10 -n 1 --prime 1 --prime-sleep 0 ;;
        esac
    done
    sleep $((delay + 1))
}

# measure ROUND MODE CONNECTIONS NAME
measure() {
    local mode=$2 k=$3 name=$4 most=$requests of="$work/result/$2.$3.$4" before used counted deferred running
    read -r -a running <<<"${parts[$name]}"
    if ((k < 10)); then most=$((requests / 4)); elif ((k < 100)); then most=$((requests / 2)); fi
    before=$(ticks "${running[@]}")
    # Settled: postgrey takes one new connection a round over those it has, which are some 5,000 requests for 100.
    send "$name" "$mode" -k "$k" -n "$most" -d "$seconds" --settle
    used=$(($(ticks "${running[@]}") - before))
    counted=$(field requests) deferred=$(field defer)
    field rps >>"$of.rps"
    field p50 >>"$of.p50"
    field p99 >>"$of.p99"
    awk -v t="$used" -v hz="$(getconf CLK_TCK)" -v n=$((counted + $(field settled))) 'BEGIN { print n ? t / hz / n * 1e6 : 0 }' >>"$of.cpu"
    awk -v d="$deferred" -v n="$counted" 'BEGIN { print n ? 100 * d / n : 0 }' >>"$of.deferred"
    if [[ $name != floor ]] && { [[ $mode == new && $deferred != "$counted" ]] || [[ $mode == retry && $deferred != 0 ]]; }; then
        echo "round $1, $name, $mode, $k connections: $deferred of $counted deferred" >>"$work/wrong"
    fi
    echo "round $1: $mode, $k connections, $name: $(field rps)/s, load $(cut -d ' ' -f 1 /proc/loadavg)" >&2
}

# ratio FILE BY: line by line.
ratio() { paste "$1" "$2" | awk '{ print ($2 > 0 ? $1 / $2 : 0) }'; }

table() {
    local mode=$1 k=$2 name of base="$work/result/$1.$2.postgrey" rate p99 wanted
    echo "| Server | Requests/s | Times postgrey's | Target | p50 | p99 | postgrey's p99 divided by it | Target | CPU a request | Deferred |"
    echo "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name in "${servers[@]}"; do
        of="$work/result/$mode.$k.$name" rate='' p99='' wanted=${target[$name]:-}
        if [[ -n $wanted ]]; then
            if ((k == 1)); then wanted=1; elif ((k != 100)); then wanted=''; fi
        fi
        if [[ -n $wanted ]]; then rate=$(ratio "$of.rps" "$base.rps" | spread '%.6f' | judge "$wanted"); fi
        if [[ $name == memory ]] && ((k == 100)); then
            p99=$(ratio "$base.p99" "$of.p99" | spread '%.6f' | judge $p99_target)
        fi
        printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "${title[$name]}" \
            "$(spread '%.0f (%.0f, %.0f)' <"$of.rps")" \
            "$(ratio "$of.rps" "$base.rps" | spread '%.2f (%.2f, %.2f)')" "$rate" \
            "$(milliseconds "$of.p50")" "$(milliseconds "$of.p99")" \
            "$(ratio "$base.p99" "$of.p99" | spread '%.1f (%.1f, %.1f)')" "$p99" \
            "$(spread '%.0f µs (%.0f, %.0f)' <"$of.cpu")" "$(spread '%.0f %%' <"$of.deferred")"
    done
}

milliseconds() { awk '{ print $1 / 1000 }' "$1" | spread '%.2f ms (%.2f, %.2f)'; }

# A median on stdin, beside what it should be at least.
judge() { awk -v wanted="$1" '{ print wanted ": " ($1 >= wanted ? "met" : "missed") }'; }

# The first line a command prints.
version() { "$@" 2>/dev/null | head -n 1; }

mkdir "$work/result"
compile policyload nullpolicy fsyncrate
secret "$work/key"
for name in "${servers[@]}"; do
    echo "starting $name" >&2
    start "$name"
done
for name in "${servers[@]}"; do
    echo "warming up $name" >&2
    send "$name" new -k 100 -n "$warmup" -d 60
done

for ((round = 1; round <= rounds; round++)); do
    "$work/fsyncrate" "$work" 2 >>"$work/fsyncs"
    echo "round $round: $(tail -n 1 "$work/fsyncs") fsync/s" >&2
    for mode in $modes; do
        if [[ $mode != new ]]; then prime "$mode"; fi
        for k in $connections; do
            for name in "${servers[@]}"; do measure "$round" "$mode" "$k" "$name"; done
        done
        cut -d ' ' -f 1 /proc/loadavg >>"$work/loads"
    done
done

echo "* $(date -u '+%Y-%m-%d'); $(nproc) processors, $(uname -s) $(uname -r), $(df --output=fstype "$work" | tail -n 1) under the stores;" \
    "$(version "$java" --version)"
echo "* daemon: \`${flags[*]}\`, greylisting everyone, no trust, decisions to a file"
echo "* postgrey: $("$postgrey" --version 2>&1 | head -n 1), no auto-whitelist, decisions to a file; delay of all: $delay s;" \
    "list of clients of all: $([[ $clients == /dev/null ]] && echo none || echo "$(grep -c '^[^#]' "$clients") lines")"
if is_chosen postgresql; then
    echo "* $(version "$pg_bin/postgres" --version): fsync=$(sql 'SHOW fsync'), synchronous_commit=$(sql 'SHOW synchronous_commit')"
fi
if is_chosen redis; then
    echo "* $(version redis-server --version | cut -d ' ' -f 1-3): appendonly=$(redis config get appendonly | tail -n 1)," \
        "appendfsync=$(redis config get appendfsync | tail -n 1)"
fi
echo "* $rounds rounds; one measurement: $requests requests at 100 connections or $seconds s, what comes first"
echo "* 4 KiB appended with fdatasync: $(spread '%.0f a second (%.0f, %.0f)' <"$work/fsyncs")"
echo "* load average: $(spread '%.1f (%.1f, %.1f)' <"$work/loads")"
echo "* all figures: median (least, greatest) of the rounds"
for mode in $modes; do
    for k in $connections; do
        printf '\n**Mode %s, %s connection%s**\n\n' "$mode" "$k" "$( ((k == 1)) || echo s)"
        table "$mode" "$k"
    done
done

for name in "${servers[@]}"; do
    if grep -q ' alarm ' "$work/$name/log" 2>/dev/null; then
        echo "$name: $(grep -c ' alarm ' "$work/$name/log") alarms, first: $(grep -m 1 ' alarm ' "$work/$name/log")" >>"$work/wrong"
    fi
done
if [[ -s $work/wrong ]]; then
    echo "wrong answers or trouble:" >&2
    cat "$work/wrong" >&2
    exit 1
fi
