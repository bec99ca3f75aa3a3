#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the daemon's policy server with a do-nothing server in C, on loopback: requests per second, CPU, start, memory.
# One interleaved run: in each round every server is measured once, so that whatever else the machine does meets all alike.
# Prints Markdown. See docs/BENCHMARKS.md.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: run-policy.sh [-r ROUNDS] [-n REQUESTS] [-w WARMUP] [-f FILL] [-s STARTS] [-v [-d DELAY]]
  -r ROUNDS    measured rounds (5)
  -n REQUESTS  requests a server and round (40000)
  -w WARMUP    unmeasured requests to each server before (120000)
  -f FILL      triplets put into the "filled" SQLite store before (1000000)
  -s STARTS    starts whose time to the ready line is measured (7)
  -d DELAY     greylist.delay of the check, in seconds (10); must exceed 100,000 requests' time, or the
               first triplets have waited long enough when the last are asked again
  -v           check consistency with policyload --verify instead of measuring
environment: JAVA (java), JAR (examples/daemon/target/mailstayd.jar), TMPDIR (/tmp; a real disk, or fsync costs nothing),
  JAVA_FLAGS (-XX:+UseSerialGC -Xmx96m)
USAGE
}

rounds=5 requests=40000 warmup=120000 fill=1000000 starts=7 verify=no delay=10
while getopts r:n:w:f:s:d:vh option; do
    case $option in
        r) rounds=$OPTARG ;;
        n) requests=$OPTARG ;;
        w) warmup=$OPTARG ;;
        f) fill=$OPTARG ;;
        s) starts=$OPTARG ;;
        d) delay=$OPTARG ;;
        v) verify=yes ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

connections=100
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# load NAME REQUESTS: triplets never seen before; prints nothing, leaves the JSON line in $reply.
load() {
    reply=$("$work/policyload" --tcp "127.0.0.1:${port[$1]}" -k $connections -m new -n "$2" --first "${sent[$1]}")
    sent[$1]=$((sent[$1] + $2))
}

resident() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/${pid[$1]}/status"; }

compile policyload nullpolicy

if [[ $verify == yes ]]; then
    status=0
    for store in memory sqlite; do
        start_daemon "$store" --set greylist.mode=everyone --set "greylist.delay=${delay}s" --set "greylist.store=$store"
        "$work/policyload" --tcp "127.0.0.1:${port[$store]}" -k $connections -n 500 \
            --verify --verify-delay $((delay + 1)) -l "$store" || status=1
        stop "$store"
        # What the log says: whoever passed had waited, and nobody who had waited was deferred.
        awk -v store="$store" -v delay="$delay" '
            match($0, /greylist.result=(passed|early) /) && match($0, /greylist.waited=[0-9]+/) {
                waited = substr($0, RSTART + 16, RLENGTH - 16) + 0
                if (/result=passed/) { passed++; wrong += waited < delay } else { early++; wrong += waited >= delay }
            }
            END { printf "%s: %d passed and %d deferred again, %d of them at the wrong time\n", store, passed, early, wrong
                exit wrong || !passed }' "$work/$store/log" || status=1
    done
    exit "$status"
fi

echo "start times" >&2
for ((i = 0; i < starts; i++)); do
    before=${EPOCHREALTIME/./}
    start_daemon "start$i"
    echo $((${EPOCHREALTIME/./} - before)) >>"$work/starts"
    stop "start$i"
done

servers=(floor empty memory sqlite filled)
declare -A title=(
    [floor]="do-nothing server in C (the floor)"
    [empty]="mailstayd, empty chain"
    [memory]="mailstayd, greylisting everyone, in memory"
    [sqlite]="mailstayd, greylisting everyone, SQLite"
    [filled]="mailstayd, greylisting everyone, SQLite with $fill triplets"
)
everyone=(--set greylist.mode=everyone)

start_daemon filled "${everyone[@]}" --set greylist.store=sqlite
echo "filling with $fill triplets" >&2
load filled "$fill"
filled_rss=$(resident filled)
filled_rps=$(field rps)

start_floor
start_daemon empty --set greylist.mode=off --set greylist.store=memory
start_daemon memory "${everyone[@]}" --set greylist.store=memory
start_daemon sqlite "${everyone[@]}" --set greylist.store=sqlite
for name in "${servers[@]}"; do
    echo "warming up $name" >&2
    load "$name" "$warmup"
done

for ((i = 1; i <= rounds; i++)); do
    for name in "${servers[@]}"; do
        cpu=$(ticks "$name")
        load "$name" "$requests"
        rps=$(field rps)
        [[ $name == floor ]] && floor_rps=$rps
        echo "$rps" >>"$work/$name.rps"
        awk -v a="$rps" -v b="$floor_rps" 'BEGIN { print a / b }' >>"$work/$name.ratio"
        awk -v t=$(($(ticks "$name") - cpu)) -v hz="$(getconf CLK_TCK)" -v n="$requests" \
            'BEGIN { print t / hz / n * 1e6 }' >>"$work/$name.cpu"
        field p50 >>"$work/$name.p50"
        field p99 >>"$work/$name.p99"
        echo "round $i: $name $rps/s, $(tail -n 1 "$work/$name.ratio") of the floor, load $(cut -d ' ' -f 1 /proc/loadavg)" >&2
    done
done

echo "| Server | Requests/s | Share of the floor (least, greatest) | CPU a request | p50 | p99 |"
echo "|---|---:|---:|---:|---:|---:|"
for name in "${servers[@]}"; do
    printf '| %s | %s | %s | %s | %s | %s |\n' "${title[$name]}" \
        "$(spread '%.0f' <"$work/$name.rps")" \
        "$(spread '%.2f (%.2f, %.2f)' <"$work/$name.ratio")" \
        "$(spread '%.0f µs' <"$work/$name.cpu")" \
        "$(awk '{ print $1 / 1000 }' "$work/$name.p50" | spread '%.1f ms')" \
        "$(awk '{ print $1 / 1000 }' "$work/$name.p99" | spread '%.1f ms')"
done
echo
echo "| Also | |"
echo "|---|---:|"
echo "| start to the ready line, SQLite, $starts starts | $(awk '{ print $1 / 1e6 }' "$work/starts" | spread '%.2f s (%.2f, %.2f)') |"
echo "| resident memory after $fill triplets in SQLite | $filled_rss MB |"
echo "| resident memory at the end: empty, memory, SQLite, filled | $(resident empty), $(resident memory), $(resident sqlite), $(resident filled) MB |"
echo "| rate while filling | $filled_rps/s |"
for name in empty memory sqlite filled; do
    stop "$name"
    lines=$(grep -c ' decision action=' "$work/$name/log" || true)
    echo "| decision lines of requests, $name | $lines of ${sent[$name]} |"
done
