#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures the DNS lists. Part A, the library: a decision on 8 lists beside a single lookup, decisions per second beside
# dnsperf's queries, and one list that never answers. Part B, the daemon beside policyd-weight and gross with the same
# lists: requests per second, latency, CPU. One interleaved run: in each round everything is measured once, and each figure
# is divided by the one of the same round that it is compared with. The lists are a private rbldnsd; everything runs in a
# network namespace of its own, is started here and ended again. Prints Markdown. See docs/BENCHMARKS.md.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: run-rbl.sh [-r ROUNDS] [-s SECONDS] [-c CONNECTIONS] [-A | -B]
  -r ROUNDS       measured rounds (3)
  -s SECONDS      time of one measurement (4)
  -c CONNECTIONS  numbers of connections of part B ("1 10 100")
  -A              only part A, the library and dnsperf
  -B              only part B, the daemon, policyd-weight and gross; needs root
environment: JAVA (java), JAR (examples/daemon/target/mailstayd.jar, and lib beside it), JAVA_FLAGS (-XX:+UseSerialGC -Xmx96m),
  TMPDIR (/tmp), RBLDNSD, DNSPERF, POLICYD_WEIGHT, GROSSD (where Debian has them);
  as root, the servers run as the users rbldns, polw and gross
exit: 0 all measured, 1 a server failed or answered wrongly, 2 usage or something is missing
USAGE
}

arguments=("$@")
rounds=3 seconds=4 connections="1 10 100" parts="A B"
while getopts r:s:c:ABh option; do
    case $option in
        r) rounds=$OPTARG ;;
        s) seconds=$OPTARG ;;
        c) connections=$OPTARG ;;
        A) parts=A ;;
        B) parts=B ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done
is_part() { [[ " $parts " == *" $1 "* ]]; }

rbldnsd=${RBLDNSD:-/usr/sbin/rbldnsd}
dnsperf=${DNSPERF:-/usr/bin/dnsperf}
weight=${POLICYD_WEIGHT:-/usr/sbin/policyd-weight}
grossd=${GROSSD:-/usr/sbin/grossd}
missing=()
need() { command -v "$1" >/dev/null || missing+=("$1 ($2)"); }
need "$rbldnsd" rbldnsd
need "$dnsperf" dnsperf
if ((EUID == 0)); then need unshare util-linux && need ip iproute2; fi
if is_part B; then
    if ((EUID != 0)); then missing+=("root, for part B: policyd-weight and gross ask port 53 only, which needs a network namespace"); fi
    need gcc gcc
    need "$weight" policyd-weight
    need "$grossd" gross
fi
if ((${#missing[@]})); then
    printf 'missing: %s\n' "${missing[@]}" >&2
    exit 2
fi

# In a namespace the name server has port 53 of loopback, which is the only one that resolv.conf can name.
if ((EUID == 0)) && [[ -z ${RBL_NAMESPACE:-} ]]; then
    RBL_NAMESPACE=1 exec unshare --net --mount -- "${BASH_SOURCE[0]}" "${arguments[@]}"
fi

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if ((EUID == 0)); then
    ip link set lo up
    echo "nameserver 127.0.0.1" >"$work/resolv.conf"
    mount --bind "$work/resolv.conf" /etc/resolv.conf
fi

clients=20000    # of part A, asked for in turn
warmup=8         # seconds, unmeasured, of the library and of each server
zones=()
for ((i = 1; i <= 8; i++)); do zones+=("bl$i.bench.test"); done
silent=silent.bench.test

# directory_of OWNER NAME: a directory of that user alone, in $home, for the server NAME.
directory_of() {
    mkdir -p "$work/$2"
    home=$(mktemp -d)
    directories+=("$home")
    if ((EUID == 0)); then chown "$1:" "$home"; fi
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

has_test_points() {
    "$dnsperf" -s 127.0.0.1 -p "${port[rbldnsd]}" -d "$work/points" -n 1 -t 1 | grep -q "NOERROR ${#zones[@]} (100.00%)"
}

# Lists of a few networks. To the silent one every question is ignored, as if it were not there.
start_rbldnsd() {
    local zone head data as=()
    head=$'$SOA 60 ns.bench.test hostmaster.bench.test 0 600 300 3600 60\n$NS 60 ns.bench.test\n$TTL 60\n:127.0.0.2:Listed\n127.0.0.2'
    directory_of rbldns rbldnsd
    data=("$silent:acl:acl")
    printf '%s\n' '127.0.0.0/8 :ignore' >"$home/acl"
    for zone in "${zones[@]}" "$silent"; do
        printf '%s\n' "$head" >"$home/$zone"
        data+=("$zone:ip4trie:$zone")
    done
    for zone in "${zones[@]:0:4}"; do printf '%s\n' 192.0.2.0/24 >>"$home/$zone"; done
    for zone in "${zones[@]:2:4}"; do printf '%s\n' 198.51.100.0/24 203.0.113.0/24 >>"$home/$zone"; done
    printf '2.0.0.127.%s A\n' "${zones[@]}" >"$work/points"
    if ((EUID == 0)); then port[rbldnsd]=53 as=(-u rbldns); else port[rbldnsd]=$((20000 + RANDOM % 10000)); fi
    "$rbldnsd" -n -b "127.0.0.1/${port[rbldnsd]}" -c 0 -w "$home" "${as[@]}" "${data[@]}" \
        >"$work/rbldnsd/log" 2>&1 </dev/null &
    remember rbldnsd
    await rbldnsd has_test_points
}

# Datagrams so far that a full socket of this namespace did not take.
dropped() { awk '/^Udp: [0-9]/ { print $6 }' /proc/net/snmp; }

# value NAME: of the line in $reply.
value() { sed -n "s/.*\b$1=\([0-9.]*\).*/\1/p" <<<"$reply"; }

# A ratio of two numbers.
over() { awk -v a="$1" -v b="$2" 'BEGIN { print (b > 0 ? a / b : 0) }'; }

# FORMAT of median, least, greatest of a file; all divided by a number if there is one.
median() { awk -v by="${3:-1}" '{ print $1 / by }' "$1" | spread "$2"; }

# at_most|at_least LIMIT FILE: the target and whether the median meets it.
at_most() { median "$2" %.9f | awk -v t="$1" '{ print "at most " t ": " ($1 <= t ? "met" : "missed") }'; }
at_least() { median "$2" %.9f | awk -v t="$1" '{ print "at least " t ": " ($1 >= t ? "met" : "missed") }'; }

# The first line a command prints.
version() { "$@" 2>&1 | head -n 1 || true; }

# --- part A

# The same clients for the library and for dnsperf; none is on a list.
make_clients() {
    awk -v n=$clients -v zones="${zones[*]}" -v names="$work/names" 'BEGIN {
        count = split(zones, zone, " ")
        srand(1)
        for (i = 0; i < n; i++) {
            a = 11 + int(rand() * 80); b = int(rand() * 256); c = int(rand() * 256); d = 1 + int(rand() * 254)
            print a "." b "." c "." d
            for (z = 1; z <= count; z++) print d "." c "." b "." a "." zone[z], "A" >names
        }
    }' >"$work/clients"
}

start_bench() {
    local classes
    classes="$jar:$(dirname "$jar")/lib/*"
    coproc BENCH { exec "$java" "${flags[@]}" -cp "$classes" \
        "$lib/src/main/java/io/github/mailstay/examples/benchmarks/RblBench.java" \
        "${port[rbldnsd]}" "$work/clients" "${zones[@]}" "$silent" 2>"$work/bench.log"; }
    remember bench
    exec {to_bench}>&"${BENCH[1]}" {from_bench}<&"${BENCH[0]}"
    hear ready 60
}

# hear WORD SECONDS: the line of the library's program that begins so, into $reply; the JVM may have something to say too.
hear() {
    local end=$((SECONDS + $2))
    while reply= && read -r -t $((end > SECONDS ? end - SECONDS : 1)) -u "$from_bench" reply; do
        if [[ "$reply " == "$1 "* ]]; then return; fi
    done
    {
        echo "the library's program gave no answer:"
        grep -v '^SLF4J' "$work/bench.log" || true
    } >&2
    exit 1
}

tell() {
    echo "$*" >&"$to_bench"
    hear "$1" $((${*: -1} + 60))
    echo "$*: $reply" >&2
}

run_dnsperf() {
    reply=$("$dnsperf" -s 127.0.0.1 -p "${port[rbldnsd]}" -d "$work/names" -q 100 -l "$1" | sed -n 's/.*Queries per second: */rate=/p')
    [[ -n $reply ]] || { echo "dnsperf said nothing" >&2; exit 1; }
}

library_round() {
    local to="$work/result/a" rate slowest k
    tell single "$seconds"
    value lookup >>"$to.lookup"
    value decision >>"$to.decision"
    over "$(value decision)" "$(value lookup)" >>"$to.ratio"
    run_dnsperf "$seconds"
    rate=$(value rate)
    echo "$rate" >>"$to.dnsperf"
    for k in 32 100; do
        tell load $k "$seconds"
        value decisions >>"$to.decisions.$k"
        value cpu >>"$to.cpu.$k"
        value unknown >>"$to.unknown.$k"
        over "$(value decisions | awk '{ print 8 * $1 }')" "$rate" >>"$to.share.$k"
    done
    tell silent "$seconds"
    slowest=$(value slowest)
    echo "$slowest" >>"$to.slowest"
    over "$slowest" "$(value deadline)" >>"$to.beyond"
    value healthy >>"$to.healthy"
    value dead >>"$to.dead"
    value worst >>"$to.worst"
    over "$(value dead)" "$(value healthy)" >>"$to.cost"
    echo "round $1: decision/lookup $(tail -n 1 "$to.ratio"), share of dnsperf $(tail -n 1 "$to.share.100")," \
        "dead list $(tail -n 1 "$to.cost"), load $(cut -d ' ' -f 1 /proc/loadavg)" >&2
}

library_table() {
    local of="$work/result/a" k
    echo "| Library, 8 lists, no cache | | Target |"
    echo "|---|---:|---:|"
    echo "| one lookup, one at a time | $(median "$of.lookup" '%.0f µs (%.0f, %.0f)') | |"
    echo "| one decision, one at a time | $(median "$of.decision" '%.0f µs (%.0f, %.0f)') | |"
    echo "| decision divided by lookup | $(median "$of.ratio" '%.2f (%.2f, %.2f)') | $(at_most 1.5 "$of.ratio") |"
    echo "| dnsperf, 100 outstanding, queries/s | $(median "$of.dnsperf" '%.0f (%.0f, %.0f)') | |"
    for k in 32 100; do
        echo "| decisions/s, $k outstanding | $(median "$of.decisions.$k" '%.0f (%.0f, %.0f)') | |"
        echo "| queries/s of these | $(median "$of.decisions.$k" '%.0f (%.0f, %.0f)' 0.125) | |"
        echo "| share of dnsperf's | $(median "$of.share.$k" '%.2f (%.2f, %.2f)') | $(at_least 0.3 "$of.share.$k") |"
        echo "| decisions without an answer of all lists | $(median "$of.unknown.$k" '%.2f %% (%.2f, %.2f)') | |"
        echo "| CPU a decision | $(median "$of.cpu.$k" '%.0f µs (%.0f, %.0f)') | |"
    done
    # A timer fires after its time, never before.
    echo "| one list silent, 100 decisions at once before that is known, deadline 1 s: slowest |" \
        "$(median "$of.slowest" '%.0f ms (%.0f, %.0f)' 1000) | every round $(sort -n "$of.beyond" | tail -n 1 |
            awk '{ print "at most 1010 ms: " ($1 <= 1.01 ? "met" : "missed") }') |"
    echo "| decision, all lists healthy, by turns with the next | $(median "$of.healthy" '%.0f µs (%.0f, %.0f)') | |"
    echo "| decision, the silent list known to be dead | $(median "$of.dead" '%.0f µs (%.0f, %.0f)') | |"
    echo "| that divided by healthy | $(median "$of.cost" '%.2f (%.2f, %.2f)') | $(at_most 1.1 "$of.cost") |"
    echo "| slowest decision with the dead list | $(median "$of.worst" '%.1f ms (%.1f, %.1f)' 1000) | |"
}

# --- part B

is_listening() { (: <>"/dev/tcp/127.0.0.1/$1"); }

# start_weight NAME PORT ZONE...: its caches off, nothing but the lists asked, its own limits for their answers, 110
# processes, so that 100 connections have one each. What it has to say to syslog is written to a file instead, over and over.
start_weight() {
    local name=$1 zone
    directory_of polw "$name"
    port[$name]=$2
    : >"$home/decisions"
    chown polw: "$home/decisions"
    {
        printf '$%s = "%s";\n' USER polw GROUP polw TCP_PORT "$2" BIND_ADDRESS 127.0.0.1 PIDFILE "$home/pid" \
            LOCKPATH "$home/run/" SPATH "$home/run/cache.sock" MAX_PROC 110 CACHESIZE 0 POSCACHESIZE 0 dnsbl_checks_only 1
        # shellcheck disable=SC2016 # Perl's
        printf '$syslog_socktype = { type => "stream", path => "%s" };\n@dnsbl_score = (\n' "$home/decisions"
        for zone in "${@:3}"; do printf '"%s", 4, 0, "%s",\n' "$zone" "${zone%%.*}"; done
        echo ');'
        echo '1;'
    } >"$home/conf"
    "$weight" -D -f "$home/conf" start >"$work/$name/log" 2>&1 </dev/null &
    remember "$name"
    await "$name" is_listening "$2"
}

# start_gross NAME PORT ZONE...: foreground, so that its decisions go to a file; no replication; its own limits.
start_gross() {
    local name=$1
    directory_of gross "$name"
    port[$name]=$2
    {
        printf '%s\n' host=127.0.0.1 port="$2" protocol=postfix check=dnsbl
        printf 'dnsbl=%s\n' "${@:3}"
    } >"$home/conf"
    chmod 755 "$home"
    "$grossd" -d -r -u gross -f "$home/conf" >"$work/$name/log" 2>&1 </dev/null &
    remember "$name"
    await "$name" is_listening "$2"
}

# start_mailstayd NAME ZONE...
start_mailstayd() {
    local name=$1 zone lists=
    for zone in "${@:2}"; do lists+="{id=${zone%%.*},zone=$zone},"; done
    start_daemon "$name" --set greylist.mode=suspicious --set greylist.store=memory --set rbl.cache-entries=0 \
        --set "rbl.resolver=[\"127.0.0.1:53\"]" --set "rbl.lists=[${lists%,}]"
}

# policyd-weight leaves the process of its cache behind, and children that were busy: they go while it is there to wait for
# them.
finish_all() {
    local name children=()
    for name in weight.all weight.one; do
        if [[ -n ${pid[$name]:-} ]]; then
            read -r -a children -d '' <"/proc/${pid[$name]}/task/${pid[$name]}/children" || true
            kill -s KILL "${children[@]}" 2>/dev/null || true
        fi
    done
    sleep 0.5
    finish
}

servers=(weight gross mailstayd)
declare -A title=([weight]="policyd-weight" [gross]="gross" [mailstayd]="mailstayd")

# load NAME [OPTION]...: clients never seen before; leaves the JSON line in $reply.
load() {
    local name=$1 first=${sent[$1]:-0}
    shift
    if ! reply=$("$work/policyload" --tcp "127.0.0.1:${port[$name]}" --first "$first" --reply-timeout 40 -l "$name" "$@"); then
        echo "$name: requests without an answer: $reply" >>"$work/wrong"
    fi
    [[ -n $reply ]] || { echo "$name is gone" >&2; tail -n 20 "$work/$name/log" >&2; exit 1; }
    sent[$name]=$((first + $(field requests)))
}

start_servers() {
    local which lists at=5600 name
    for which in all one; do
        lists=("${zones[@]}")
        if [[ $which == one ]]; then lists[-1]=$silent; fi
        echo "starting the servers, lists: ${lists[*]}" >&2
        start_weight weight.$which $at "${lists[@]}"
        start_gross gross.$which $((at + 10)) "${lists[@]}"
        start_mailstayd mailstayd.$which "${lists[@]}"
        at=$((at + 20))
        for name in "${servers[@]}"; do
            # On some of the lists: not passed. So they do ask.
            load "$name.$which" -n 1 --client-net 192.0.2.0/24
            if (($(field pass))); then echo "$name.$which lets pass who is listed" >>"$work/wrong"; fi
            load "$name.$which" -k 100 -n 1000000000 -d $warmup
            echo "warmed up: $name.$which: $(field rps)/s" >&2
        done
    done
}

# measure ROUND all|one CONNECTIONS SERVER
measure() {
    local k=$3 name=$4.$2 of="$work/result/b.$2.$3.$4" before used lost
    before=$(ticks "$name")
    lost=$(dropped)
    load "$name" -k "$k" -n 1000000000 -d "$seconds"
    used=$(($(ticks "$name") - before))
    echo $(($(dropped) - lost)) >>"$of.lost"
    field rps >>"$of.rps"
    field p50 >>"$of.p50"
    field p99 >>"$of.p99"
    awk -v t="$used" -v hz="$(getconf CLK_TCK)" -v n="$(field requests)" \
        'BEGIN { print n ? t / hz / n * 1e6 : 0 }' >>"$of.cpu"
    if [[ $(field pass) != "$(field requests)" ]]; then echo "round $1, $name, $k connections: not all passed: $reply" >>"$work/wrong"; fi
    over "$(field rps)" "$(tail -n 1 "$work/result/b.$2.$3.weight.rps")" >>"$of.times"
    echo "round $1: $name, $k connections: $(field rps)/s, load $(cut -d ' ' -f 1 /proc/loadavg)" >&2
}

servers_table() {
    local name of
    echo "| Server | Requests/s | Times policyd-weight's | p50 | p99 | CPU a request | Questions dropped |"
    echo "|---|---:|---:|---:|---:|---:|---:|"
    for name in "${servers[@]}"; do
        of="$work/result/b.$1.$2.$name"
        printf '| %s | %s | %s | %s | %s | %s | %s |\n' "${title[$name]}" "$(median "$of.rps" '%.1f (%.1f, %.1f)')" \
            "$(median "$of.times" '%.1f (%.1f, %.1f)')" "$(median "$of.p50" '%.2f ms (%.2f, %.2f)' 1000)" \
            "$(median "$of.p99" '%.2f ms (%.2f, %.2f)' 1000)" "$(median "$of.cpu" '%.0f µs (%.0f, %.0f)')" "$(median "$of.lost" '%.0f (%.0f, %.0f)')"
    done
}

# --- run

mkdir "$work/result"
echo "starting rbldnsd" >&2
start_rbldnsd
if is_part A; then
    make_clients
    echo "starting the library's program and warming it up" >&2
    start_bench
    tell load 100 $warmup
    tell single $((warmup / 2))
fi
if is_part B; then
    trap finish_all EXIT
    compile policyload
    start_servers
fi
for ((round = 1; round <= rounds; round++)); do
    if is_part A; then library_round "$round"; fi
    if is_part B; then
        for k in $connections; do
            for which in all one; do
                for name in "${servers[@]}"; do measure "$round" $which "$k" "$name"; done
            done
        done
    fi
    cut -d ' ' -f 1 /proc/loadavg >>"$work/loads"
done

echo "* $(date -u '+%Y-%m-%d'); $(nproc) processors, $(uname -s) $(uname -r); $(version "$java" --version); \`${flags[*]}\`"
echo "* $rounds rounds, $seconds s each measurement; load average: $(spread '%.1f (%.1f, %.1f)' <"$work/loads")"
echo "* all figures: median (least, greatest) of the rounds"
echo
if is_part A; then library_table; fi
if is_part B; then
    for k in $connections; do
        for which in all one; do
            printf '\n**%s connection%s, %s**\n\n' "$k" "$( ((k == 1)) || echo s)" \
                "$([[ $which == all ]] && echo "all lists healthy" || echo "one list silent")"
            servers_table $which "$k"
        done
    done
fi
if [[ -s $work/wrong ]]; then
    echo "wrong answers or trouble:" >&2
    cat "$work/wrong" >&2
    exit 1
fi
