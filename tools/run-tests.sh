#!/bin/sh
# run-tests.sh - runs test suites, shows one line for each, and ends with the sum of them.
#
# usage: run-tests.sh [-j N] [-m PART] [-l SECONDS] SUITE...
#   -j N        suites at once (default 1)
#   -m PART     only suites whose path contains PART
#   -l SECONDS  time limit of a suite that names none (default 600)
# A suite is a program (cmocka; its output is asked for as TAP), a fuzz target (fuzz_*) or a script
# (.sh, .py). It prints "ok NAME", "not ok NAME - why", "skip NAME - why"; any other line is shown
# only when the suite fails. A suite fails as a whole, which counts as one failure more, when it
# ends with a status other than 0 and no "not ok", is out of time, or ran nothing.
# In the first 20 lines of its source a suite may say
#   run: alone         nothing else runs beside it (it measures time)
#   time limit: 900 s
#   needs: postgres    is told where a server for tests is (tests/e2e/lab_pg.py); it is started once,
#                      when the first such suite is chosen. Where it cannot be had the suite counts
#                      as skipped, with the reason.
# With AUTOPILOT_SOAK set, only -l limits the time, and scripts (but those of tests/soak) are called
# with the word "all".
# Each suite gets an empty TMPDIR and HOME, removed afterwards. Full output: build/logs/.
# The last line is "N passed, N failed, N skipped"; the exit status is 1 when something failed.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here" || exit 2

# The file that says how the suite wants to be run: a program's source.
source_of() {
    case $1 in
    *.sh | *.py) echo "$1" ;;
    *) echo "tests/${1#*/tests/}.c" ;;
    esac
}
label_of() { source_of "$1" | sed 's,^tests/,,; s,\.[a-z]*$,,'; }

says() { sed -n 1,20p "$(source_of "$1")" 2>/dev/null | grep -q "$2"; }

# Runs one suite with its output on stdout.
start_suite() {
    if [ -z "${AUTOPILOT_TEST_PG-}" ] && says "$1" 'needs: postgres'; then
        echo "skip $(label_of "$1") - no PostgreSQL for tests: ${AUTOPILOT_TEST_PG_WHY-not started}"
        return
    fi
    case $1 in
    */fuzz_*) tools/run-fuzz.sh "$1" ;;
    tests/soak/*.sh) sh "$1" ;;
    tests/soak/*.py) /usr/bin/python3 "$1" ;;
    *.sh) sh "$1" ${AUTOPILOT_SOAK:+all} ;;
    *.py) /usr/bin/python3 "$1" ${AUTOPILOT_SOAK:+all} ;;
    *) "$1" ;;
    esac
}

# Counts the results in a log: "passed failed skipped", then the lines to show.
count_results() {
    awk -v status="$2" -v limit="$3" '
    /^(not )?ok .*# SKIP/ { skipped++; sub(/^.*# SKIP */, ""); tell = tell "skip " $0 "\n"; next }
    /^skip / { skipped++; tell = tell $0 "\n"; next }
    /^ok/ { passed++ }
    /^not ok/ { failed++ }
    /^1\.\.[0-9]+$/ { planned += substr($0, 4) }
    END {
        ran = passed + failed + skipped
        if (status == 124 || status == 137) { failed++; why = "not ok - out of time after " limit " s\n" }
        else if (status != 0 && !failed) { failed++; why = "not ok - ended with status " status "\n" }
        else if (ran < planned) { failed++; why = "not ok - ended after " ran " of " planned " tests\n" }
        else if (ran == 0) { failed++; why = "not ok - no test ran\n" }
        printf "%d %d %d\n%s%s", passed, failed, skipped, tell, why
    }' "$1"
}

# Runs one suite, prints its line (and, when it failed, all it said) at once, and keeps the counts.
run_one() {
    suite=$1
    label=$(label_of "$suite")
    source=$(source_of "$suite")
    log=build/logs/$(echo "$label" | tr / -).log
    limit=$(sed -n '1,20s/.*time limit: \([0-9][0-9]*\) s.*/\1/p' "$source" 2>/dev/null | head -n 1)
    [ -n "$limit" ] && [ -z "${AUTOPILOT_SOAK-}" ] || limit=$TIME_LIMIT
    scratch=$(mktemp -d "$SCRATCH/XXXXXX")
    chmod 711 "$scratch" # some tests go on as another user
    began=$(date +%s%N)
    TMPDIR=$scratch HOME=$scratch CMOCKA_MESSAGE_OUTPUT=TAP \
        timeout -k 10 "$limit" "$0" --start "$suite" >"$log" 2>&1 </dev/null
    status=$?
    took=$((($(date +%s%N) - began) / 1000000))
    count_results "$log" "$status" "$limit" >"$scratch.sum"
    read -r passed failed skipped <"$scratch.sum"
    echo "$passed $failed $skipped" >>"$SCRATCH/counts"
    {
        word=ok
        [ "$failed" = 0 ] || word=FAIL
        printf '%-4s %-44s %4d passed' "$word" "$label" "$passed"
        [ "$failed" = 0 ] || printf ', %d failed' "$failed"
        [ "$skipped" = 0 ] || printf ', %d skipped' "$skipped"
        printf '  %d.%01d s\n' $((took / 1000)) $((took % 1000 / 100))
        [ "$failed" = 0 ] || sed 's/^/     | /' "$log"
        sed '1d; s/^/     /' "$scratch.sum"
    } >"$scratch.out"
    [ "$failed" = 0 ] || {
        echo "FAIL $label"
        grep -h -A 8 '^not ok' "$log" "$scratch.sum" | grep -v '# SKIP' | head -n 40 | sed 's/^/     /'
    } >"$SCRATCH/failed.$(echo "$label" | tr / -)"
    flock "$SCRATCH/lock" cat "$scratch.out"
    chmod -R u+rwX "$scratch" 2>/dev/null
    rm -rf "$scratch" "$scratch.sum" "$scratch.out"
}

case ${1-} in
--start) shift; start_suite "$1"; exit ;;
--one) shift; run_one "$1"; exit 0 ;;
esac

jobs=1 part= TIME_LIMIT=600
while getopts j:m:l: option; do
    case $option in
    j) jobs=$OPTARG ;; m) part=$OPTARG ;; l) TIME_LIMIT=$OPTARG ;; *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

# In /tmp, whatever TMPDIR says: some tests go on as another user, who must get there.
SCRATCH=$(TMPDIR=/tmp mktemp -d 2>/dev/null || mktemp -d) || exit 2
chmod 711 "$SCRATCH"
lab=
trap '[ -z "$lab" ] || { kill "$lab" 2>/dev/null; wait "$lab"; }; rm -rf "$SCRATCH"' EXIT
trap 'exit 130' INT TERM
mkdir -p build/logs
: >"$SCRATCH/counts"
: >"$SCRATCH/together"
: >"$SCRATCH/alone"
export SCRATCH TIME_LIMIT

# Starts PostgreSQL; it ends with this script, however that ends.
start_postgres() {
    /usr/bin/python3 tests/e2e/lab_pg.py serve "$SCRATCH/postgres" >build/logs/postgres.log 2>&1 &
    lab=$!
    while [ ! -e "$SCRATCH/postgres" ] && kill -0 "$lab" 2>/dev/null; do sleep 0.05; done
    if [ -e "$SCRATCH/postgres" ]; then . "$SCRATCH/postgres"; fi
}
# The same world for every suite: no colours, no zone, no user's settings.
export LC_ALL=C.UTF-8 TZ=UTC TERM="${TERM:-xterm}"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME XDG_RUNTIME_DIR NO_COLOR AUTOPILOT_CONFIG AUTOPILOT_DATA
unset MAKEFLAGS MAKELEVEL MFLAGS
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

for suite in "$@"; do
    case $suite in
    *"$part"*) ;;
    *) continue ;;
    esac
    if [ -z "$lab${AUTOPILOT_TEST_PG-}" ] && says "$suite" 'needs: postgres'; then start_postgres; fi
    if says "$suite" 'run: alone'; then
        echo "$suite" >>"$SCRATCH/alone"
    else
        echo "$suite" >>"$SCRATCH/together"
    fi
done
xargs -r -n 1 -P "$jobs" "$0" --one <"$SCRATCH/together"
xargs -r -n 1 -P 1 "$0" --one <"$SCRATCH/alone"

# What failed, once more: the end of a long output is what is looked at.
cat "$SCRATCH"/failed.* 2>/dev/null
awk '{ p += $1; f += $2; s += $3 }
END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 || p + s == 0 }' "$SCRATCH/counts"
