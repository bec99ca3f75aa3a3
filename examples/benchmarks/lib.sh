# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # the scripts read what is set here
#
# What run-policy.sh, run-greylist.sh and run-rbl.sh share. Sourced after the options are read; makes a work directory and
# removes it, with every server started here, when the script ends.

lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
java=${JAVA:-java}
jar=${JAR:-$lib/../daemon/target/mailstayd.jar}
read -r -a flags <<<"${JAVA_FLAGS:--XX:+UseSerialGC -Xmx96m}"
if [[ ! -r $jar ]]; then
    echo "no $jar: build it with mvn -q -DskipTests package" >&2
    exit 2
fi

work=$(mktemp -d)
directories=("$work") started=()
declare -A pid=() port=() sent=() ends=()
reply=

# Remembers the process last put into the background as NAME.
remember() {
    pid[$1]=$!
    started+=("$1")
}

# Ends one server and waits for it, so that its log is whole. One that has not ended after 30 seconds is killed.
stop() {
    local name=$1 i
    [[ -n ${pid[$name]:-} ]] || return 0
    kill -s "${ends[$name]:-TERM}" "${pid[$name]}" 2>/dev/null || true
    for ((i = 0; i < 300; i++)); do
        kill -0 "${pid[$name]}" 2>/dev/null || break
        sleep 0.1
    done
    if ((i == 300)); then kill -s KILL "${pid[$name]}" 2>/dev/null || true; fi
    wait "${pid[$name]}" 2>/dev/null || true
    unset "pid[$name]"
}

# The servers in the reverse order of their starts: a daemon goes before its store.
finish() {
    local i
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do stop "${started[i]}"; done
    rm -rf "${directories[@]}"
}
trap finish EXIT
trap 'exit 130' INT TERM

# start_daemon NAME [--set key=value]...: returns at the ready line. Exit 69, a store that did not answer in time, is tried
# again, as systemd does.
start_daemon() {
    local name=$1 line try status
    shift
    mkdir -p "$work/$name"
    [[ -p $work/$name/ready ]] || mkfifo "$work/$name/ready"
    for ((try = 1; ; try++)); do
        "$java" "${flags[@]}" -jar "$jar" run --set "data-dir=$work/$name/data" --set policy.listen=inet:127.0.0.1:0 "$@" \
            >"$work/$name/ready" 2>>"$work/$name/log" &
        remember "$name"
        line='' status=0
        read -r -t 60 line <"$work/$name/ready" || true
        if [[ $line == "mailstayd ready"* ]]; then break; fi
        # End of file: it is ending. After a minute without a line it is not, and is not waited for.
        if [[ -z $line ]]; then sleep 1; fi
        if ! kill -0 "${pid[$name]}" 2>/dev/null; then wait "${pid[$name]}" || status=$?; fi
        if ((status != 69 || try == 5)); then
            echo "$name did not start:" >&2
            tail -n 20 "$work/$name/log" >&2
            exit 1
        fi
        echo "$name: exit 69, once more" >&2
    done
    line=${line#*policy=inet:127.0.0.1:}
    port[$name]=${line%% *}
    sent[$name]=0
}

start_floor() {
    local i
    for ((i = 0; i < 10; i++)); do
        port[floor]=$((20000 + RANDOM % 10000))
        "$work/nullpolicy" "${port[floor]}" &
        remember floor
        sleep 0.2
        if kill -0 "${pid[floor]}" 2>/dev/null; then
            sent[floor]=0
            return
        fi
    done
    echo "nullpolicy found no free port" >&2
    exit 1
}

# compile TOOL...: the C programs beside this, into the work directory.
compile() {
    local tool
    for tool in "$@"; do gcc -O2 -o "$work/$tool" "$lib/src/main/c/$tool.c"; done
}

# A number of the JSON line in $reply.
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" <<<"$reply"; }

# ticks NAME...: user and system time so far of these servers and all their child processes, the ended ones too, in clock ticks.
ticks() {
    local name roots=
    for name in "$@"; do roots+=" ${pid[$name]}"; done
    # Processes end while they are read.
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v roots="$roots" '
        # The name, in brackets, may hold spaces.
        { id = $1; sub(/.*\) /, ""); parent[id] = $2; used[id] = $12 + $13 + $14 + $15 }
        END {
            n = split(roots, root, " ")
            for (i = 1; i <= n; i++) is_root[root[i]] = 1
            for (id in used) {
                for (at = id; at in parent && !(at in is_root); at = parent[at]) { }
                if (at in is_root) sum += used[id]
            }
            print sum + 0
        }'
}

# Numbers on stdin, one a line -> FORMAT of median, least, greatest.
spread() { sort -n | awk -v f="$1" '{ v[NR] = $1 } END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
    printf f, m, v[1], v[NR] }'; }
