#!/bin/sh
# run-fuzz.sh - runs one fuzz target for FUZZ_SECONDS (10), or FUZZ_RUNS inputs when that is set.
#
# usage: run-fuzz.sh build/fuzz/tests/fuzz/fuzz_NAME
# Begins with tests/fuzz/corpus/NAME (kept in the repository) and what earlier runs found (in
# build/fuzz/corpus/NAME); tests/fuzz/NAME.dict helps when it is there. A finding is left in
# build/fuzz/findings/, and belongs into the corpus once it is mended.
set -eu
target=$1
name=${target##*/fuzz_}
found=build/fuzz/corpus/$name
mkdir -p "$found" build/fuzz/findings
set -- -rss_limit_mb=1024 -timeout=10 -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$name-"
if [ -n "${FUZZ_RUNS-}" ]; then
    set -- "$@" -runs="$FUZZ_RUNS"
else
    set -- "$@" -max_total_time="${FUZZ_SECONDS:-10}"
fi
[ ! -f "tests/fuzz/$name.dict" ] || set -- "$@" -dict="tests/fuzz/$name.dict"
seeds=tests/fuzz/corpus/$name
[ -d "$seeds" ] || seeds=
log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM
if "$target" "$@" "$found" $seeds >"$log" 2>&1; then
    echo "ok $name ($(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs)"
else
    tail -n 60 "$log"
    echo "not ok $name - see build/fuzz/findings"
    exit 1
fi
